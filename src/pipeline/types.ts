import type { FewerBits, SamplerName } from "../shared/manifest.ts";
import type { Tensor } from "../shared/tensor.ts";

/** Everything a picture depends on. Same settings and model, its weights read alike, same picture. */
export interface Settings {
  readonly prompt: string;
  readonly negativePrompt: string;
  /** Pixels; multiples of the model's granularity. */
  readonly width: number;
  readonly height: number;
  /** Seed of the one generator (torch's CPU mt19937, 32 bits): Stage C's start, its steps, Stage B's start, its steps. */
  readonly seed: number;
  readonly stageC: StageSettings;
  readonly stageB: StageSettings;
}

export interface StageSettings {
  readonly steps: number;
  /** Classifier-free guidance; at most 1: the unconditional half is not evaluated. */
  readonly guidance: number;
  readonly sampler: SamplerName;
}

export type StageName = "text-encoder" | "stage-c" | "stage-b" | "stage-a";

/** What a run tells while it goes on, in order. Pixels are RGBA bytes, rows first; every event owns its buffers. */
export type CascadeEvent =
  /** A stage's session is being made ("loading") or starts ("running"); `done` with its wall seconds, loading left out. */
  | { readonly type: "stage"; readonly stage: StageName; readonly state: "loading" | "running" }
  | { readonly type: "stage"; readonly stage: StageName; readonly state: "done"; readonly seconds: number }
  /** `step` of `steps` is finished (for Stage A: tiles). */
  | { readonly type: "step"; readonly stage: StageName; readonly step: number; readonly steps: number }
  /** A sentence for the user about what was changed, e.g. that the prompt was cut. */
  | { readonly type: "note"; readonly message: string }
  /** What the stage's x0 looks like so far, smaller than the picture. */
  | { readonly type: "preview"; readonly image: Pixels }
  /** From here the run can be taken up again; follows every step of Stages C and B. */
  | { readonly type: "checkpoint"; readonly state: RunState }
  /** A stage's result, [1, C, H, W]. */
  | { readonly type: "latent"; readonly stage: "stage-c" | "stage-b"; readonly latent: Tensor }
  /** A decoded rectangle of the final picture. */
  | { readonly type: "tile"; readonly x: number; readonly y: number; readonly image: Pixels }
  | { readonly type: "picture"; readonly image: Pixels };

/**
 * How far a run has come: with it the same settings and model give the same picture without doing the finished steps again. Plain data, to be sent
 * and stored.
 */
export interface RunState {
  /** What the weights of its steps were read at, in order: more than one where memory ran out between them. Absent: all as they are stored. */
  readonly weights?: readonly WeightsRead[];
  readonly stageC: LatentState;
  /** Absent until Stage B's first step is done. */
  readonly stageB?: LatentState;
}

/** What a network's weights were read at: as they are stored, or at fewer bits where memory was short. */
export type WeightsRead = "stored" | FewerBits;

/** A latent [1, C, H, W] after `step` steps. */
export interface LatentState {
  readonly step: number;
  readonly latent: Tensor;
}

export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray<ArrayBuffer>;
}
