import { CascadeError } from "../shared/errors.ts";
import type { CascadeManifest, SamplingDefaults } from "../shared/manifest.ts";
import { leastSide } from "./geometry.ts";
import type { Settings, StageSettings } from "./types.ts";

export const MAX_STEPS = 1000;
export const MAX_GUIDANCE = 100;
/** Torch's CPU generator reads 32 bits of a seed. */
export const MAX_SEED = 2 ** 32 - 1;
/** Pixels of a side: beyond it nothing was trained, and the latents outgrow a device's buffers. */
export const MAX_SIDE = 4096;
/** Far more than 77 tokens can hold; what is pasted by mistake shall not reach the tokenizer. */
export const MAX_PROMPT = 20_000;

type Geometry = Pick<CascadeManifest, "latents" | "parts">;

/** Settings as the model recommends them: square, 1024 pixels or the nearest size it can make. */
export function defaultSettings({ latents, sampling }: Pick<CascadeManifest, "latents" | "sampling">, prompt: string): Settings {
  const side = Math.max(1, Math.round(1024 / latents.granularity)) * latents.granularity;
  return {
    prompt,
    negativePrompt: "",
    width: side,
    height: side,
    seed: 0,
    stageC: stageDefaults(sampling.stage_c),
    stageB: stageDefaults(sampling.stage_b),
  };
}

function stageDefaults({ steps, guidance, sampler }: SamplingDefaults): StageSettings {
  return { steps, guidance, sampler };
}

/** Throws `bad-settings` with one sentence for the first setting no picture can be made with. */
export function checkSettings(settings: Settings, model: Geometry): void {
  const { prompt, negativePrompt, width, height, seed, stageC, stageB } = settings;
  if (prompt.trim() === "") refuse("The prompt is empty: write what the picture should show.");
  checkLength("prompt", prompt);
  checkLength("negative prompt", negativePrompt);
  const { granularity } = model.latents;
  const least = leastSide(model);
  checkSide("width", width, granularity, least);
  checkSide("height", height, granularity, least);
  checkNumber("The seed", seed, 0, MAX_SEED, true);
  for (const [name, stage] of [
    ["Stage C's", stageC],
    ["Stage B's", stageB],
  ] as const) {
    checkNumber(`${name} number of steps`, stage.steps, 1, MAX_STEPS, true);
    checkNumber(`${name} guidance`, stage.guidance, 0, MAX_GUIDANCE, false);
  }
}

/** Throws `bad-settings` where a prompt is too long for the tokenizer to be asked. */
export function checkLength(name: "prompt" | "negative prompt", { length }: string): void {
  if (length > MAX_PROMPT) refuse(`The ${name} has ${length} characters, more than ${MAX_PROMPT}: shorten it.`);
}

function checkSide(name: string, pixels: number, granularity: number, least: number): void {
  const largest = Math.floor(MAX_SIDE / granularity) * granularity;
  if (Number.isInteger(pixels / granularity) && pixels >= least && pixels <= largest) return;
  const clamped = Math.min(Math.max(Number.isNaN(pixels) ? 1024 : pixels, least), largest);
  const near = new Set([Math.floor(clamped / granularity) * granularity, Math.ceil(clamped / granularity) * granularity]);
  refuse(
    `A ${name} of ${pixels} pixels is not possible: this model makes multiples of ${granularity} from ${least} to ${largest}; the nearest ${
      near.size === 1 ? "is" : "are"
    } ${[...near].join(" and ")}.`,
  );
}

function checkNumber(name: string, value: number, least: number, most: number, whole: boolean): void {
  if (value >= least && value <= most && (!whole || Number.isInteger(value))) return;
  refuse(`${name} is ${value}, but must be a ${whole ? "whole " : ""}number from ${least} to ${most}.`);
}

function refuse(message: string): never {
  throw new CascadeError("bad-settings", message);
}
