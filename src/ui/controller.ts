import { batch } from "@preact/signals-core";
import type { CascadeClient } from "../client/cascade-client.ts";
import type { LoadOptions } from "../client/protocol.ts";
import { type Axes, comparison } from "../gallery/comparison.ts";
import type { PromptInfo } from "../pipeline/describe-prompt.ts";
import { CascadeError, type ErrorCode } from "../shared/errors.ts";
import { rememberModel } from "./chosen-model.ts";
import { comparisonSheet } from "./comparison-sheet.ts";
import { drawJob } from "./draw-job.ts";
import { type BackendChoice, formProblem, seedsOf, settingsOf } from "./form.ts";
import { modelLabel } from "./model-label.ts";
import { inTurn, otherTabDraws } from "./one-at-a-time.ts";
import { prepareAhead } from "./prepare-ahead.ts";
import { problemOf } from "./problem-of.ts";
import { announce, NOT_STARTED } from "./progress.ts";
import { edit, type Job, type PageState, type Picture } from "./state.ts";
import { stayAwake } from "./stay-awake.ts";
import { t } from "./strings/language.ts";
import { styled } from "./styles.ts";
import { unfinishedRun } from "./unfinished.ts";

/** Failures of a stored model that the embedded one does not have. */
const UNUSABLE: ReadonlySet<ErrorCode> = new Set(["bad-model", "no-storage", "bad-settings"]);

/** What the user can do. */
export interface Controller {
  /** Opens the model on the form's backend, and finds the run that was cut off. */
  load(): Promise<void>;
  /** Draws the form's pictures, after those that wait. */
  generate(): Promise<void>;
  /** Draws the form's picture once for each place of a comparison, and then all of them as one sheet. */
  compare(axes: Axes): Promise<void>;
  /** Goes on with the run that was cut off, from its last step. */
  goOn(): Promise<void>;
  /** Forgets that run. */
  letGo(): Promise<void>;
  /** How the model reads a prompt; undefined while there is no model. Rejects with `bad-settings` where it is too long to be drawn. */
  describePrompt(prompt: string): Promise<PromptInfo | undefined>;
  /** Ends the picture being made; the next one follows. */
  cancel(): void;
  /** Takes another backend and opens the model on it. */
  chooseBackend(choice: BackendChoice): Promise<void>;
  /** Opens a model of the browser's storage, or the embedded one without an id; later visits do, too. */
  useStored(id: string | undefined): Promise<void>;
}

/**
 * The actions of a page: the only ones that talk to the engine. `embeddedUrl`: of the model that comes with the page. `createCascade` makes a client for a model and backend; `onPicture` is given each
 * finished picture, and the next one waits for it; `kept` resolves once the app's files are on this machine.
 */
export function createController(
  state: PageState,
  embeddedUrl: string,
  createCascade: (options: LoadOptions) => CascadeClient,
  onPicture: (picture: Omit<Picture, "url">) => Promise<void>,
  kept: Promise<void>,
): Controller {
  let jobId = 0;
  const create = () => createCascade({ modelUrl: state.modelUrl.value, backend: state.form.value.backend });
  let cascade = create();
  let abort: AbortController | undefined;
  /** From a job to the next there is no run, while a comparison's sheet is made: whoever presses then must not begin a second one. */
  let drawing = false;
  const unfinished = unfinishedRun();

  const load = async (): Promise<void> => {
    const asked = cascade;
    try {
      const info = await asked.load();
      if (asked !== cascade) return;
      state.model.value = info;
      void prepareAhead(state, asked, kept);
    } catch (error) {
      if (asked !== cascade) return;
      if (error instanceof CascadeError && UNUSABLE.has(error.code) && state.modelUrl.value.startsWith("stored:")) {
        state.unusable.value = { id: state.modelUrl.value.slice("stored:".length), why: error.message };
        state.modelUrl.value = embeddedUrl;
        await reopen();
      } else state.problem.value ??= problemOf(error);
    }
  };

  const letGo = async (): Promise<void> => {
    state.unfinished.value = undefined;
    await unfinished.forget();
  };

  const show = async (picture: Omit<Picture, "url">): Promise<void> => {
    showPicture(state, picture);
    await onPicture(picture);
  };

  /** Makes one picture; says whether the next one may follow. */
  const draw = async (job: Job): Promise<boolean> => {
    abort = new AbortController();
    const { signal } = abort;
    const letSleep = stayAwake();
    batch(() => {
      state.problem.value = undefined;
      state.notes.value = [];
      state.run.value = { progress: NOT_STARTED, settings: undefined };
      state.announcement.value = announce(NOT_STARTED);
    });
    const onWait = (): void => {
      state.run.value = { progress: NOT_STARTED, settings: undefined, waiting: true };
      state.announcement.value = t().progress.otherTab;
    };
    try {
      const picture = await inTurn(signal, onWait, () =>
        drawJob(state, job, { cascade, modelUrl: state.modelUrl.value, unfinished }, signal),
      );
      await letGo();
      await show(picture);
      state.announcement.value = t().composer.finished(Math.round(picture.seconds));
      job.cell?.of.done.push({ column: job.cell.column, row: job.cell.row, picture });
      return true;
    } catch (error) {
      const cancelled = signal.aborted || (error instanceof CascadeError && error.code === "aborted");
      if (cancelled) await letGo();
      batch(() => {
        if (!cancelled) state.problem.value = problemOf(error);
        state.announcement.value = cancelled ? t().composer.cancelled : "";
      });
      return cancelled;
    } finally {
      letSleep();
      batch(() => {
        state.run.value = undefined;
        state.paint.value = undefined;
        state.clock.value = undefined;
      });
    }
  };

  /** Once a comparison has no picture left to wait for, those that were drawn become its sheet. Says whether the next picture may follow. */
  const finish = async ({ cell, form }: Job): Promise<boolean> => {
    if (cell === undefined || cell.of.done.length === 0 || state.queue.value.some((job) => job.cell?.of === cell.of)) return true;
    try {
      await show(await comparisonSheet(cell.of, state.model.value === undefined ? form.backend : modelLabel(state.model.value)));
      return true;
    } catch (error) {
      state.problem.value = problemOf(error);
      return false;
    }
  };

  /** Draws these after those that wait, unless a drawing is on its way already. After an error the rest waits: the next call goes on with it. */
  const enqueue = async (jobs: readonly Job[]): Promise<void> => {
    state.queue.value = [...state.queue.value, ...jobs];
    if (drawing) {
      state.announcement.value = t().composer.queued(jobs.length);
      return;
    }
    drawing = true;
    try {
      for (let [job, ...rest] = state.queue.value; job !== undefined; [job, ...rest] = state.queue.value) {
        state.queue.value = rest;
        if (!(await draw(job)) || !(await finish(job))) return;
      }
    } finally {
      drawing = false;
    }
  };

  /** Whether the form can be drawn; says what is wrong with it. */
  const formIsRight = (): boolean => {
    const wrong = formProblem(state.form.value);
    // A new object each time, so that the field is focused again.
    if (wrong !== undefined) state.problem.value = { ...wrong };
    return wrong === undefined;
  };

  const reopen = async (): Promise<void> => {
    abort?.abort();
    cascade.dispose();
    batch(() => {
      state.model.value = undefined;
      state.problem.value = undefined;
    });
    cascade = create();
    await load();
  };

  return {
    async load() {
      void (async () => {
        if (await otherTabDraws()) return; // it is that tab's
        const run = await unfinished.read();
        if (run?.modelUrl === state.modelUrl.value && state.run.value === undefined) state.unfinished.value = run;
      })();
      await load();
    },
    async generate() {
      if (!formIsRight()) return;
      const form = state.form.value;
      await enqueue(seedsOf(form).map((seed) => ({ id: ++jobId, form, seed })));
    },
    async compare({ columns, rows }) {
      if (!formIsRight()) return;
      const form = state.form.value;
      if (state.model.value === undefined) await load();
      const info = state.model.value;
      if (info === undefined) return;
      const inStyle = (axis: Axes["columns"]) =>
        axis.by === "prompt" ? { ...axis, values: axis.values.map((prompt) => styled(form.style, prompt, "").prompt) } : axis;
      const of = {
        columns: inStyle(columns),
        ...(rows !== undefined && { rows: inStyle(rows) }),
        base: settingsOf(form, info),
        done: [],
      };
      await enqueue(
        comparison(of.base, of).map(({ column, row, settings }) => ({
          id: ++jobId,
          form: { ...form, prompt: settings.prompt },
          seed: settings.seed,
          settings,
          cell: { column, row, of },
        })),
      );
    },
    async goOn() {
      const run = state.unfinished.value;
      if (run === undefined) return;
      const { settings, state: resume } = run;
      const form = { ...state.form.value, prompt: settings.prompt };
      await enqueue([{ id: ++jobId, form, seed: settings.seed, settings, resume }]);
    },
    letGo,
    describePrompt: async (prompt) => (state.model.value === undefined ? undefined : await cascade.describePrompt(prompt)),
    cancel: () => abort?.abort(),
    async chooseBackend(choice) {
      edit(state, "backend", choice);
      await reopen();
    },
    async useStored(id) {
      batch(() => {
        state.modelUrl.value = id === undefined ? embeddedUrl : `stored:${id}`;
        state.unusable.value = undefined;
      });
      await rememberModel(id === undefined ? undefined : state.modelUrl.value);
      await reopen();
    },
  };
}

/** Shows a picture in place of the one before. */
export function showPicture(state: PageState, picture: Omit<Picture, "url">): void {
  const before = state.picture.value;
  state.picture.value = { ...picture, url: URL.createObjectURL(picture.blob) };
  if (before !== undefined) URL.revokeObjectURL(before.url);
}
