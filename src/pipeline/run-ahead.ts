import type { Cascade } from "./cascade.ts";
import { EncodingCache } from "./encoding-cache.ts";
import { textToImage } from "./text-to-image.ts";
import type { RunState, Settings } from "./types.ts";

/**
 * Runs each network once, in the path and with the shapes of a picture of these settings, so that the browser has optimized its code and the GPU has its shaders when
 * one is asked for. It is that picture's own run, cut short: from a stage's first step it goes on as if that had been the last, up to the first tile. Nobody sees it, and it leaves
 * nothing: its encodings, noise and notes are its own. Aborting ends it after the network on its way. Rejects as a picture does.
 */
export async function runAhead(cascade: Cascade, settings: Settings, signal?: AbortSignal): Promise<void> {
  const start = performance.now();
  let resume: RunState | undefined;
  try {
    do resume = await firstStep(cascade, settings, resume, signal);
    while (resume !== undefined);
    performance.measure("run ahead", { start });
  } catch (error) {
    if (!signal?.aborted) throw error;
  }
}

/** Goes on from `resume` to the next checkpoint, and gives it as that of a finished stage; undefined after a tile, which no stage follows. */
async function firstStep(
  cascade: Cascade,
  settings: Settings,
  resume: RunState | undefined,
  signal: AbortSignal | undefined,
): Promise<RunState | undefined> {
  // Encoded anew each time: of the runtime's functions the longest, Cast, is optimized after some 11 calls, and a text encoder makes the most of them.
  const unseen = { ...cascade, encodings: new EncodingCache() };
  for await (const event of textToImage(unseen, settings, { signal, resume })) {
    // A task of its own, so that what was sent meanwhile is seen before the next network: on the processor a run is one task, and its end none.
    await new Promise((next) => setTimeout(next));
    if (event.type === "tile") return undefined;
    if (event.type !== "checkpoint") continue;
    const { stageC, stageB } = event.state;
    return {
      stageC: { ...stageC, step: settings.stageC.steps },
      ...(stageB !== undefined && { stageB: { ...stageB, step: settings.stageB.steps } }),
    };
  }
  throw new Error("a picture without a tile");
}
