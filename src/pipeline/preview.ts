import type { Cascade } from "./cascade.ts";
import { checked } from "./check.ts";
import type { Denoised } from "./denoise.ts";
import { toPixels } from "./pixels.ts";
import type { Pixels } from "./types.ts";

/** Adds to each step of Stage C what its x0 looks like, by the model's previewer (8 pixels a latent pixel); nothing where it has none. */
export async function* withPreviews(
  { manifest, runtime }: Cascade,
  steps: AsyncIterable<Denoised>,
  signal?: AbortSignal,
): AsyncGenerator<Denoised & { readonly preview?: Pixels }> {
  if (manifest.parts.previewer === undefined) {
    yield* steps;
    return;
  }
  const previewer = await runtime.open("previewer", signal);
  try {
    for await (const step of steps) {
      const { image } = await previewer.run({ latent: step.x0 });
      yield { ...step, preview: toPixels(checked(image, "The previewer")) };
    }
  } finally {
    await previewer.release();
  }
}
