import type { FixedShapes, Network } from "../runtime/types.ts";
import { CascadeError } from "../shared/errors.ts";
import type { Cascade } from "./cascade.ts";
import type { CascadeEvent, StageName } from "./types.ts";
import { openWatched } from "./watch.ts";

/** What the user calls a stage. */
export const TITLES: Readonly<Record<StageName, string>> = {
  "text-encoder": "The text encoder",
  "stage-c": "Stage C",
  "stage-b": "Stage B",
  "stage-a": "Stage A",
};

/** Throws `aborted` where the caller no longer wants the result. */
export function throwIfAborted(signal?: AbortSignal): void {
  if (signal?.aborted) throw new CascadeError("aborted", "The picture was cancelled.");
}

/**
 * Opens a stage's network, runs `work` with it and lets it go again, however `work` ends: one stage at a time is in memory, unless the
 * runtime keeps them. The network is watched (see watch.ts). Yields the stage's events around those of `work`; returns its result.
 */
export async function* inStage<Result>(
  { runtime }: Pick<Cascade, "runtime">,
  stage: StageName,
  signal: AbortSignal | undefined,
  work: (network: Network) => AsyncGenerator<CascadeEvent, Result>,
  fixed?: FixedShapes,
): AsyncGenerator<CascadeEvent, Result> {
  throwIfAborted(signal);
  yield { type: "stage", stage, state: "loading" };
  const notes: string[] = [];
  const network = await openWatched({
    title: TITLES[stage],
    open: () => runtime.open(stage, signal, fixed),
    openSlower: (form) => runtime.openSlower(stage, form, signal),
    avoid: (form) => runtime.avoid(stage, form),
    tell: (message) => notes.push(message),
  });
  try {
    throwIfAborted(signal);
    yield { type: "stage", stage, state: "running" };
    const start = performance.now();
    const result = yield* withNotes(work(network), notes);
    yield { type: "stage", stage, state: "done", seconds: (performance.now() - start) / 1000 };
    return result;
  } finally {
    await network.release();
  }
}

/** The same events, each after the notes that were made before it. */
async function* withNotes<Result>(events: AsyncIterator<CascadeEvent, Result>, notes: string[]): AsyncGenerator<CascadeEvent, Result> {
  try {
    for (;;) {
      const next = await events.next();
      for (const message of notes.splice(0)) yield { type: "note", message };
      if (next.done) return next.value;
      yield next.value;
    }
  } finally {
    await events.return?.();
  }
}
