import { batch } from "@preact/signals-core";
import type { CascadeClient } from "../client/cascade-client.ts";
import type { LoadOptions, PromptInfo } from "../client/protocol.ts";
import type { CascadeEvent } from "../pipeline/types.ts";
import { withSettings } from "../png/settings-png.ts";
import { CascadeError, messageOf } from "../shared/errors.ts";
import { type BackendChoice, formProblem, seedsOf, settingsOf } from "./form.ts";
import { encodePng } from "./png.ts";
import { advance, announce, NOT_STARTED } from "./progress.ts";
import { edit, type Job, type PageState, type Picture, type Problem } from "./state.ts";
import { t } from "./strings/language.ts";

/** What the user can do. */
export interface Controller {
  /** Opens the model on the form's backend. */
  load(): Promise<void>;
  /** Draws the form's pictures, after those that wait. */
  generate(): Promise<void>;
  /** How the model reads a prompt; undefined while there is no model. */
  describePrompt(prompt: string): Promise<PromptInfo | undefined>;
  /** Ends the picture being made; the next one follows. */
  cancel(): void;
  /** Takes another backend and opens the model on it. */
  chooseBackend(choice: BackendChoice): Promise<void>;
}

/**
 * The actions of a page: the only ones that talk to the engine. `createCascade` makes a client for a model and backend; `onPicture` is given each
 * finished picture, and the next one waits for it.
 */
export function createController(
  state: PageState,
  modelUrl: string,
  createCascade: (options: LoadOptions) => CascadeClient,
  onPicture: (picture: Omit<Picture, "url">) => Promise<void>,
): Controller {
  let jobId = 0;
  const create = () => createCascade({ modelUrl, backend: state.form.value.backend });
  let cascade = create();
  let abort: AbortController | undefined;

  const onEvent = (event: CascadeEvent): void => {
    const run = state.run.value;
    if (run === undefined) return;
    if (event.type === "preview") state.paint.value = { kind: "preview", image: event.image };
    if (event.type === "tile") state.paint.value = { kind: "tile", x: event.x, y: event.y, image: event.image };
    if (event.type === "note") state.notes.value = [...state.notes.value, event.message];
    const progress = advance(run.progress, event);
    if (progress === run.progress) return;
    if (progress.stage !== run.progress.stage) state.announcement.value = announce(progress);
    state.run.value = { ...run, progress };
  };

  const load = async (): Promise<void> => {
    const asked = cascade;
    try {
      const info = await asked.load();
      if (asked === cascade) state.model.value = info;
    } catch (error) {
      if (asked === cascade) state.problem.value ??= problemOf(error);
    }
  };

  /** Makes one picture; says whether the next one may follow. */
  const draw = async ({ form, seed }: Job): Promise<boolean> => {
    const started = performance.now();
    abort = new AbortController();
    batch(() => {
      state.problem.value = undefined;
      state.notes.value = [];
      state.run.value = { progress: NOT_STARTED, settings: undefined };
      state.announcement.value = announce(NOT_STARTED);
    });
    try {
      const info = await orAborted(cascade.load(), abort.signal);
      const settings = settingsOf({ ...form, seed: String(seed) }, info);
      batch(() => {
        state.model.value = info;
        state.run.value = { progress: NOT_STARTED, settings };
      });
      const pixels = await cascade.generate(settings, { signal: abort.signal, onEvent });
      const blob = await withSettings(await encodePng(pixels), settings, info.name);
      const picture = { settings, blob, model: info.name, seconds: (performance.now() - started) / 1000 };
      showPicture(state, picture);
      state.announcement.value = t().composer.finished(Math.round(picture.seconds));
      await onPicture(picture);
      return true;
    } catch (error) {
      const cancelled = error instanceof CascadeError && error.code === "aborted";
      batch(() => {
        if (!cancelled) state.problem.value = problemOf(error);
        state.announcement.value = cancelled ? t().composer.cancelled : "";
      });
      return cancelled;
    } finally {
      batch(() => {
        state.run.value = undefined;
        state.paint.value = undefined;
      });
    }
  };

  return {
    load,
    async generate() {
      const form = state.form.value;
      const wrong = formProblem(form);
      if (wrong !== undefined) {
        // A new object each time, so that the field is focused again.
        state.problem.value = { ...wrong };
        return;
      }
      const jobs = seedsOf(form).map((seed) => ({ id: ++jobId, form, seed }));
      state.queue.value = [...state.queue.value, ...jobs];
      if (state.run.value !== undefined) {
        state.announcement.value = t().composer.queued(jobs.length);
        return;
      }
      // After an error the rest waits: the next Generate goes on with it.
      for (let [job, ...rest] = state.queue.value; job !== undefined; [job, ...rest] = state.queue.value) {
        state.queue.value = rest;
        if (!(await draw(job))) return;
      }
    },
    describePrompt: async (prompt) => (state.model.value === undefined ? undefined : await cascade.describePrompt(prompt)),
    cancel: () => abort?.abort(),
    async chooseBackend(choice) {
      abort?.abort();
      cascade.dispose();
      batch(() => {
        edit(state, "backend", choice);
        state.model.value = undefined;
        state.problem.value = undefined;
      });
      cascade = create();
      await load();
    },
  };
}

/** Shows a picture in place of the one before. */
export function showPicture(state: PageState, picture: Omit<Picture, "url">): void {
  const before = state.picture.value;
  state.picture.value = { ...picture, url: URL.createObjectURL(picture.blob) };
  if (before !== undefined) URL.revokeObjectURL(before.url);
}

/** What a promise gives, unless the signal comes first: loading goes on for the next picture. */
async function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  let stop = (): void => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(new CascadeError("aborted", "Cancelled."));
    signal.addEventListener("abort", stop, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

/** An error as it is shown; one that is not meant for the user says so. */
function problemOf(error: unknown): Problem {
  if (error instanceof CascadeError) {
    const cause = t().app.causes[error.code];
    return { message: cause === undefined ? error.message : `${cause} (${error.message})`, code: error.code };
  }
  return { message: t().app.wrongInside(messageOf(error)) };
}
