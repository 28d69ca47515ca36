import type { Network } from "../runtime/types.ts";
import { CascadeError } from "../shared/errors.ts";
import type { PartName } from "../shared/manifest.ts";
import type { Tensor } from "../shared/tensor.ts";
import type { Cascade } from "./cascade.ts";
import { flawOf } from "./check.ts";
import type { Denoised } from "./denoise.ts";
import { toPixels } from "./pixels.ts";
import { shrunk } from "./shrunk.ts";
import type { Pixels } from "./types.ts";

/** Stage B is shown this many times, not at each step: a picture of its latent costs more than the previewer's. */
const SHOWN_OF_B = 4;
/** And at a quarter of its size: a sixteenth of Stage A's work, and enough to see whether the run is worth its rest. */
const SHRINK_B = 4;

/**
 * Adds to the steps of a stage what its x0 looks like: each of Stage C's by the model's previewer (8 pixels a latent pixel; nothing where it has none),
 * every few of Stage B's by Stage A over a smaller latent. A preview that comes out wrong is left out, all that follow are where the painter fails, and Stage B's are where
 * memory is short: the run matters more.
 */
export async function* withPreviews(
  { manifest, runtime }: Cascade,
  stage: "stage-c" | "stage-b",
  steps: AsyncIterable<Denoised>,
  signal?: AbortSignal,
): AsyncGenerator<Denoised> {
  const part: PartName = stage === "stage-c" ? "previewer" : "stage-a";
  if (manifest.parts[part] === undefined || (stage === "stage-b" && runtime.tight)) {
    yield* steps;
    return;
  }
  let painter: Network | undefined;
  let failed = false;
  const paint = async (latent: Tensor): Promise<Pixels | undefined> => {
    try {
      painter ??= await runtime.open(part, signal);
      const { image } = await painter.run({ latent });
      return image === undefined || flawOf(image) !== undefined ? undefined : toPixels(image);
    } catch (error) {
      if (error instanceof CascadeError) throw error;
      console.warn(error);
      failed = true;
      return undefined;
    }
  };
  try {
    for await (const step of steps) {
      const every = stage === "stage-c" ? 1 : Math.ceil(step.steps / SHOWN_OF_B);
      // The last latent of Stage B is about to be painted in full.
      const isShown = stage === "stage-c" || (step.step % every === 0 && step.step < step.steps);
      const preview = isShown && !failed ? await paint(stage === "stage-c" ? step.x0 : shrunk(step.x0, SHRINK_B)) : undefined;
      yield preview === undefined ? step : { ...step, preview };
    }
  } finally {
    await painter?.release();
  }
}
