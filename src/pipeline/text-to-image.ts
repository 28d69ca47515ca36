import { TorchGenerator } from "../diffusion/noise.ts";
import { readPrompt } from "../tokenizer/read-prompt.ts";
import type { Cascade } from "./cascade.ts";
import { conditioningB, conditioningC } from "./conditioning.ts";
import { decode } from "./decode.ts";
import { denoise, isGuided } from "./denoise.ts";
import { encodePrompts } from "./encode-prompt.ts";
import { latentShapes } from "./geometry.ts";
import { withPreviews } from "./preview.ts";
import { promptNotes } from "./prompt-notes.ts";
import { checkSettings } from "./settings.ts";
import { inStage, toldSteps } from "./stage.ts";
import type { CascadeEvent, Settings } from "./types.ts";

/**
 * A prompt becomes a picture: CLIP → Stage C → Stage B → Stage A. One generator makes all the noise, in this order: Stage C's start, its steps,
 * Stage B's start, its steps. Rejects with `bad-settings`, `bad-model`, `aborted`, `out-of-memory` or `device-lost`.
 */
export async function* textToImage(cascade: Cascade, settings: Settings, signal?: AbortSignal): AsyncGenerator<CascadeEvent, void> {
  const { manifest, tokenizer, runtime } = cascade;
  const { parts, sampling, latents } = manifest;
  const { width, height, seed, stageC, stageB } = settings;
  checkSettings(settings, manifest);
  const prompt = readPrompt(settings.prompt, seed);
  const negativePrompt = readPrompt(settings.negativePrompt, seed);
  yield* promptNotes(tokenizer, settings, { prompt, negativePrompt });
  const shapes = latentShapes(latents, width, height);
  const generator = new TorchGenerator(seed);

  const text = yield* inStage(runtime, "text-encoder", signal, (network) =>
    encodePrompts(network, tokenizer, [prompt.segments, negativePrompt.segments]),
  );

  // Text to the semantic latent.
  const latentC = yield* inStage(runtime, "stage-c", signal, (network) => {
    const conditioning = conditioningC(text, isGuided(stageC), Number(parts["stage-c"].config.clip_image_in_channels));
    const options = { title: "Stage C", conditioning, dims: shapes.stageC, settings: stageC, weights: sampling.stage_c, generator };
    return toldSteps("stage-c", withPreviews(cascade, denoise(network, options, signal), signal));
  });

  // The semantic latent to Stage A's.
  const latentB = yield* inStage(runtime, "stage-b", signal, (network) => {
    const conditioning = conditioningB(text, isGuided(stageB), latentC);
    const options = { title: "Stage B", conditioning, dims: shapes.stageB, settings: stageB, weights: sampling.stage_b, generator };
    return toldSteps("stage-b", denoise(network, options, signal));
  });

  const image = yield* inStage(runtime, "stage-a", signal, (network) => decode(network, latentB, parts["stage-a"].config, { signal }));
  yield { type: "picture", image };
}
