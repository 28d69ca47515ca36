import { batch } from "@preact/signals-core";
import type { CascadeClient } from "../client/cascade-client.ts";
import type { LoadOptions } from "../client/protocol.ts";
import type { CascadeEvent, Settings } from "../pipeline/types.ts";
import { CascadeError, messageOf } from "../shared/errors.ts";
import { type BackendChoice, formProblem, settingsOf } from "./form.ts";
import { encodePng } from "./png.ts";
import { advance, announce, NOT_STARTED } from "./progress.ts";
import { edit, type PageState, type Problem } from "./state.ts";

/** What the user can do. */
export interface Controller {
  /** Opens the model on the form's backend. */
  load(): Promise<void>;
  generate(): Promise<void>;
  cancel(): void;
  /** Takes another backend and opens the model on it. */
  chooseBackend(choice: BackendChoice): Promise<void>;
}

/** The actions of a page: the only ones that talk to the engine. `createCascade` makes a client for a model and backend. */
export function createController(state: PageState, modelUrl: string, createCascade: (options: LoadOptions) => CascadeClient): Controller {
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

  return {
    load,
    async generate() {
      if (state.run.value !== undefined) return;
      const wrong = formProblem(state.form.value);
      if (wrong !== undefined) {
        // A new object each time, so that the field is focused again.
        state.problem.value = { ...wrong };
        return;
      }
      const started = performance.now();
      const form = state.form.value;
      abort = new AbortController();
      batch(() => {
        state.problem.value = undefined;
        state.notes.value = [];
        state.run.value = { progress: NOT_STARTED, settings: undefined };
        state.announcement.value = announce(NOT_STARTED);
      });
      try {
        const info = await orAborted(cascade.load(), abort.signal);
        const settings = settingsOf(form, info);
        batch(() => {
          state.model.value = info;
          state.run.value = { progress: NOT_STARTED, settings };
        });
        const pixels = await cascade.generate(settings, { signal: abort.signal, onEvent });
        const blob = await encodePng(pixels);
        finish(state, settings, blob, (performance.now() - started) / 1000);
      } catch (error) {
        const cancelled = error instanceof CascadeError && error.code === "aborted";
        batch(() => {
          if (!cancelled) state.problem.value = problemOf(error);
          state.announcement.value = cancelled ? "Cancelled." : "";
        });
      } finally {
        batch(() => {
          state.run.value = undefined;
          state.paint.value = undefined;
        });
      }
    },
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

function finish(state: PageState, settings: Settings, blob: Blob, seconds: number): void {
  const before = state.picture.value;
  batch(() => {
    state.picture.value = { settings, blob, url: URL.createObjectURL(blob), seconds };
    state.announcement.value = `Finished in ${Math.round(seconds)} seconds.`;
  });
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
  if (error instanceof CascadeError) return { message: error.message, code: error.code };
  return { message: `Something went wrong inside: ${messageOf(error)}. Your settings are kept; try again, or reload the page.` };
}
