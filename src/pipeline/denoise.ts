import { guide } from "../diffusion/guidance.ts";
import type { TorchGenerator } from "../diffusion/noise.ts";
import { stepsOf } from "../diffusion/samplers.ts";
import type { Network } from "../runtime/types.ts";
import type { SamplingDefaults } from "../shared/manifest.ts";
import { sizeOf, type Tensor } from "../shared/tensor.ts";
import { throwIfAborted } from "./stage.ts";
import type { LatentState, Pixels, StageSettings } from "./types.ts";

export interface Denoising {
  /** Fixed inputs, of batch 2 where guided, the unconditional half second. */
  readonly conditioning: Readonly<Record<string, Tensor>>;
  /** Of the latent: [1, C, H, W]. */
  readonly dims: readonly number[];
  readonly settings: StageSettings;
  /** Target, shift and guidance rescale belong to the weights. */
  readonly weights: SamplingDefaults;
  readonly generator: TorchGenerator;
  /** Steps that an earlier run has done, and what they gave: for them noise is drawn, and nothing is computed. */
  readonly done?: LatentState | undefined;
}

/** What is known after `step` of `steps`; the last `latent` is the result. */
export interface Denoised {
  readonly step: number;
  readonly steps: number;
  readonly latent: Tensor;
  /** The clean sample as the network sees it so far. */
  readonly x0: Tensor;
  /** What x0 looks like, where someone watches. */
  readonly preview?: Pixels;
}

/** Guidance counts only above 1, as in diffusers. */
export function isGuided({ guidance }: StageSettings): boolean {
  return guidance > 1;
}

/** Makes a latent out of noise: draws the start, then one run of the network (both halves of guidance in a batch) and one draw a step. */
export async function* denoise(network: Network, options: Denoising, signal?: AbortSignal): AsyncGenerator<Denoised, void> {
  const { conditioning, dims, settings, weights, generator, done } = options;
  const { target, shift, guidance_rescale } = weights;
  const steps = stepsOf({ sampler: settings.sampler, steps: settings.steps, target, shift });
  const batch = isGuided(settings) ? 2 : 1;
  const size = sizeOf(dims);

  const start = generator.randn(size);
  let x = done?.latent.data ?? start;
  const conditioned = await network.hold(conditioning);
  try {
    for (const [i, { timestep_ratio, advance }] of steps.entries()) {
      throwIfAborted(signal);
      if (i < (done?.step ?? 0)) {
        generator.randn(size);
        continue;
      }
      const { output } = await conditioned.run({
        sample: repeated(x, dims, batch),
        timestep_ratio: { data: new Float32Array(batch).fill(timestep_ratio), dims: [batch] },
      });
      if (output === undefined) throw new Error("the network has no output");
      const { data } = output;
      const conditional = data.subarray(0, size);
      const prediction = batch === 1 ? conditional : guide(conditional, data.subarray(size), settings.guidance, guidance_rescale);
      const next = advance(x, prediction, generator.randn(size));
      x = next.x;
      yield { step: i + 1, steps: steps.length, latent: { data: x, dims }, x0: { data: next.x0, dims } };
    }
  } finally {
    await conditioned.release();
  }
}

function repeated(x: Float32Array, [, ...rest]: readonly number[], batch: number): Tensor {
  const data = new Float32Array(x.length * batch);
  for (let i = 0; i < batch; i++) data.set(x, i * x.length);
  return { data, dims: [batch, ...rest] };
}
