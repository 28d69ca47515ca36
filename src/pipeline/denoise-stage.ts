import type { TorchGenerator } from "../diffusion/noise.ts";
import { unetSizes } from "../models/unet.ts";
import type { FixedShapes } from "../runtime/types.ts";
import { sizeOf, type Tensor } from "../shared/tensor.ts";
import type { Cascade } from "./cascade.ts";
import { denoise, isGuided } from "./denoise.ts";
import { withPreviews } from "./preview.ts";
import { inStage } from "./stage.ts";
import type { CascadeEvent, LatentState, RunState, StageSettings } from "./types.ts";

/** From this many steps on it pays to have the GPU's commands recorded: the recorded run takes twice as long. */
const RECORDED_FROM = 4;

export interface StageRun {
  readonly cascade: Cascade;
  readonly stage: "stage-c" | "stage-b";
  readonly settings: StageSettings;
  /** Of the latent, [1, C, H, W]. */
  readonly dims: readonly number[];
  readonly generator: TorchGenerator;
  /** Fixed inputs of the network (see denoise.ts). */
  readonly conditioning: Readonly<Record<string, Tensor>>;
  /** How far an earlier run came. */
  readonly done: LatentState | undefined;
  /** The whole run's state from this stage's. */
  readonly stateOf: (latent: LatentState) => RunState;
  readonly previews: boolean;
  readonly signal: AbortSignal | undefined;
}

/** Stage C or Stage B, told step by step; its latent. Where an earlier run finished it, its noise alone is drawn. */
export async function* denoiseStage(run: StageRun): AsyncGenerator<CascadeEvent, Tensor> {
  const { cascade, stage, settings, dims, generator, conditioning, done, signal } = run;
  if (done !== undefined && done.step >= settings.steps) {
    for (let draw = 0; draw <= settings.steps; draw++) generator.randn(sizeOf(dims));
    yield { type: "latent", stage, latent: done.latent };
    return done.latent;
  }
  const weights = cascade.manifest.sampling[stage === "stage-c" ? "stage_c" : "stage_b"];
  return yield* inStage(
    cascade,
    stage,
    signal,
    async function* (network): AsyncGenerator<CascadeEvent, Tensor> {
      const steps = denoise(network, { conditioning, dims, settings, weights, generator, done }, signal);
      let result: Tensor | undefined;
      for await (const { step, steps: all, latent, preview } of run.previews ? withPreviews(cascade, stage, steps, signal) : steps) {
        result = latent;
        yield { type: "step", stage, step, steps: all };
        if (preview) yield { type: "preview", image: preview };
        yield { type: "checkpoint", state: run.stateOf({ step, latent: copyOf(latent) }) };
      }
      if (result === undefined) throw new Error(`${stage} took no step`);
      yield { type: "latent", stage, latent: copyOf(result) };
      return result;
    },
    recordedShapes(settings, dims, conditioning, done?.step),
  );
}

/** What all steps have in common; undefined where `done` leaves too few for a recording. Of the conditioning, dimensions alone count. */
export function recordedShapes(
  settings: StageSettings,
  [, ...rest]: readonly number[],
  conditioning: Readonly<Record<string, { readonly dims: readonly number[] }>>,
  done = 0,
): FixedShapes | undefined {
  if (settings.steps - done < RECORDED_FROM) return undefined;
  const dims = [isGuided(settings) ? 2 : 1, ...rest];
  return { sizes: unetSizes({ ...conditioning, sample: { dims } }) };
}

/** Events own their buffers. */
function copyOf({ data, dims }: Tensor): Tensor {
  return { data: data.slice(), dims };
}
