import { TorchGenerator } from "../diffusion/noise.ts";
import { readPrompt } from "../tokenizer/read-prompt.ts";
import type { Cascade } from "./cascade.ts";
import { conditioningB, conditioningC } from "./conditioning.ts";
import { decode } from "./decode.ts";
import { isGuided } from "./denoise.ts";
import { denoiseStage } from "./denoise-stage.ts";
import { encodePrompts } from "./encode-prompt.ts";
import { latentShapes } from "./geometry.ts";
import { promptNotes } from "./prompt-notes.ts";
import { checkResume, weightsSince } from "./resume.ts";
import { checkSettings } from "./settings.ts";
import { inStage } from "./stage.ts";
import type { CascadeEvent, RunState, Settings } from "./types.ts";

export interface TextToImageOptions {
  readonly signal?: AbortSignal | undefined;
  /** An earlier run of the same settings and model, taken up where it ended. */
  readonly resume?: RunState | undefined;
  /** @default true */
  readonly previews?: boolean;
}

/**
 * A prompt becomes a picture: CLIP → Stage C → Stage B → Stage A. One generator makes all the noise, in this order: Stage C's start, its steps,
 * Stage B's start, its steps. Rejects with `bad-settings`, `bad-model`, `aborted`, `out-of-memory` or `device-lost`.
 */
export async function* textToImage(
  cascade: Cascade,
  settings: Settings,
  { signal, resume, previews = true }: TextToImageOptions = {},
): AsyncGenerator<CascadeEvent, void> {
  const { manifest, tokenizer, runtime, encodings } = cascade;
  const { width, height, seed, stageC, stageB } = settings;
  checkSettings(settings, manifest);
  const shapes = latentShapes(manifest.latents, width, height);
  checkResume(resume, settings, shapes);
  const prompt = readPrompt(settings.prompt, seed);
  const negativePrompt = readPrompt(settings.negativePrompt, seed);
  yield* promptNotes(tokenizer, settings, { prompt, negativePrompt });
  const weights = () => weightsSince(resume, runtime.lowered ?? "stored");
  const run = { cascade, generator: new TorchGenerator(seed), previews, signal };

  const prompts = [prompt.segments, negativePrompt.segments];
  let text = encodings.get(prompts);
  if (text === undefined) {
    text = yield* inStage(cascade, "text-encoder", signal, (network) => encodePrompts(network, tokenizer, prompts));
    encodings.set(prompts, text);
  }

  // Text to the semantic latent.
  const latentC = yield* denoiseStage({
    ...run,
    stage: "stage-c",
    settings: stageC,
    dims: shapes.stageC,
    conditioning: conditioningC(text, isGuided(stageC), Number(manifest.parts["stage-c"].config.clip_image_in_channels)),
    done: resume?.stageC,
    stateOf: (latent) => ({ ...weights(), stageC: latent }),
  });

  // The semantic latent to Stage A's.
  const latentB = yield* denoiseStage({
    ...run,
    stage: "stage-b",
    settings: stageB,
    dims: shapes.stageB,
    conditioning: conditioningB(text, isGuided(stageB), latentC),
    done: resume?.stageB,
    stateOf: (latent) => ({ ...weights(), stageC: { step: stageC.steps, latent: latentC }, stageB: latent }),
  });

  const { config } = manifest.parts["stage-a"];
  const image = yield* inStage(cascade, "stage-a", signal, (network) => decode(network, latentB, config, { signal, tight: runtime.tight }));
  yield { type: "picture", image };
}
