import type { PartFacts } from "../convert/part-facts.ts";
import type { DeviceMeasure } from "../runtime/device-measure.ts";
import type { PrecisionName, RequiredPart } from "../shared/manifest.ts";
import type { Space } from "../storage/file-system.ts";

/** A model as far as a verdict needs it: a catalogue's files, or what `sortFiles` found. `bytes` are those to download; 0 for files on disk. */
export type ModelFacts = { readonly [K in RequiredPart]: PartFacts & { readonly bytes: number } };

/** Steps and guidance of the pictures that are reckoned; 1 or less is one evaluation a step. */
export interface PictureSettings {
  readonly stepsC: number;
  readonly guidanceC: number;
  readonly stepsB: number;
  readonly guidanceB: number;
}

/** What is said of a model before anything starts. */
export interface Verdict {
  /** Bytes. */
  readonly download: number;
  readonly stored: number;
  readonly stages: readonly StageVerdict[];
  /** Bytes of memory at once where one stage is loaded at a time: the largest stage. */
  readonly memory: number;
  /** Where it would run. */
  readonly backend: "webgpu" | "wasm";
  /** Of a picture of 1024x1024; undefined where the device was not measured. */
  readonly seconds?: number;
  /** False where one of the reasons forbids it. */
  readonly runs: boolean;
  /** Whether it can be converted and stored here: room, as far as the browser says. */
  readonly fits: boolean;
  readonly reasons: readonly Reason[];
}

export interface StageVerdict {
  readonly stage: RequiredPart;
  /** Bytes stored. */
  readonly stored: number;
  /** Bytes of (GPU) memory while it runs. */
  readonly memory: number;
  readonly seconds?: number;
}

/** What the user should know; those with `forbids` mean that the model can't run, or not be stored. */
export type Reason =
  | { readonly code: "no-room"; readonly forbids: true; readonly needed: number; readonly left: number }
  /** A buffer a stage needs is larger than this GPU's may be. */
  | {
      readonly code: "buffer-too-large";
      readonly forbids: true;
      readonly stage: RequiredPart;
      readonly needed: number;
      readonly limit: number;
    }
  /** WebAssembly has 4 GB, and a stage needs more. */
  | {
      readonly code: "too-large-for-processor";
      readonly forbids: true;
      readonly stage: RequiredPart;
      readonly needed: number;
      readonly limit: number;
    }
  | { readonly code: "no-gpu"; readonly forbids: false }
  | { readonly code: "software-gpu"; readonly forbids: false }
  /** Slower than most would wait for. */
  | { readonly code: "slow"; readonly forbids: false; readonly seconds: number }
  /** Browsers don't tell how much memory a GPU has: more than this is more than many have. */
  | { readonly code: "much-memory"; readonly forbids: false; readonly needed: number }
  /** The browser may remove models when the disk runs low. */
  | { readonly code: "not-persisted"; readonly forbids: false };

/** Stored bytes a parameter at most, by the plan over the published files' shapes: scales and the weights kept higher included. */
const STORED: Readonly<Record<RequiredPart, Readonly<Record<PrecisionName, number>>>> = {
  "text-encoder": { q4: 1.16, q8: 1.16, f16: 2.01, f32: 4.01 },
  "stage-c": { q4: 0.6, q8: 1.08, f16: 1.99, f32: 3.97 },
  "stage-b": { q4: 0.64, q8: 1.11, f16: 1.99, f32: 3.97 },
  "stage-a": { q4: 1.72, q8: 1.72, f16: 1.72, f32: 3.41 },
};

const STAGES: readonly RequiredPart[] = ["text-encoder", "stage-c", "stage-b", "stage-a"];
const PUBLISHED: PictureSettings = { stepsC: 20, guidanceC: 4, stepsB: 10, guidanceB: 1.1 };

/** Largest activations that live at once, in widest ones: input, hidden layer, its normalisation, output and the skips. */
const LIVING = 4;
/** Stage A decodes in tiles of about this many elements. */
const TILE = 2 ** 25;
/** WebAssembly's memory, less what runtime and activations take. */
const PROCESSOR_LIMIT = 3.5e9;
const MUCH_MEMORY = 4e9;
const SLOW_SECONDS = 600;

/** Says what a model costs at a precision, and whether this device can run it. `device` and `space` may be unknown yet: then what depends on them is left out. */
export function verdict(
  model: ModelFacts,
  precision: PrecisionName,
  device: DeviceMeasure | undefined,
  space: Space | undefined,
  settings: PictureSettings = PUBLISHED,
): Verdict {
  const gpu = device?.gpu?.software === false ? device.gpu : undefined;
  const gflops = gpu?.gflops || device?.processor.gflops;
  const stages = STAGES.map((stage): StageVerdict => {
    const facts = model[stage];
    const stored = facts.parameters * STORED[stage][precision];
    const { evaluations, halves } = evaluationsOf(stage, settings);
    return {
      stage,
      stored,
      memory: stored + 4 * LIVING * widestOf(stage, facts, halves),
      ...(gflops !== undefined && { seconds: (facts.work * evaluations * halves) / (gflops * 1e9) }),
    };
  });
  const sum = (of: (stage: StageVerdict) => number): number => stages.reduce((total, stage) => total + of(stage), 0);
  const stored = sum((stage) => stage.stored);
  const memory = Math.max(...stages.map((stage) => stage.memory));
  const seconds = gflops === undefined ? undefined : sum((stage) => stage.seconds ?? 0);

  const reasons: Reason[] = [];
  if (space !== undefined && space.quota > 0 && space.used + stored > space.quota)
    reasons.push({ code: "no-room", forbids: true, needed: stored, left: Math.max(0, space.quota - space.used) });
  for (const { stage, memory: needed } of stages) {
    if (gpu !== undefined) reasons.push(...bufferReasons(stage, model[stage], precision, gpu, settings));
    else if (device !== undefined && needed > PROCESSOR_LIMIT)
      reasons.push({ code: "too-large-for-processor", forbids: true, stage, needed, limit: PROCESSOR_LIMIT });
  }
  if (device !== undefined && device.gpu === undefined) reasons.push({ code: "no-gpu", forbids: false });
  if (device?.gpu?.software === true) reasons.push({ code: "software-gpu", forbids: false });
  if (gpu !== undefined && memory > MUCH_MEMORY) reasons.push({ code: "much-memory", forbids: false, needed: memory });
  if (seconds !== undefined && seconds > SLOW_SECONDS) reasons.push({ code: "slow", forbids: false, seconds });
  if (space?.persisted === false) reasons.push({ code: "not-persisted", forbids: false });

  return {
    download: STAGES.reduce((total, stage) => total + model[stage].bytes, 0),
    stored,
    stages,
    memory,
    backend: gpu !== undefined || device === undefined ? "webgpu" : "wasm",
    ...(seconds !== undefined && { seconds }),
    runs: !reasons.some(({ code }) => code === "buffer-too-large" || code === "too-large-for-processor"),
    fits: !reasons.some(({ code }) => code === "no-room"),
    reasons,
  };
}

function bufferReasons(
  stage: RequiredPart,
  facts: PartFacts,
  precision: PrecisionName,
  { maxBufferSize, maxStorageBufferBindingSize }: { readonly maxBufferSize: number; readonly maxStorageBufferBindingSize: number },
  settings: PictureSettings,
): Reason[] {
  const limit = Math.min(maxBufferSize, maxStorageBufferBindingSize);
  // Tables are kept at 16 bits and the matrices of the timestep at 8, whatever is asked for; activations are float32.
  const weight = facts.largest * (precision === "f32" ? 4 : stage === "text-encoder" || precision === "f16" ? 2 : 1);
  const needed = Math.max(weight, 4 * widestOf(stage, facts, evaluationsOf(stage, settings).halves));
  return needed > limit ? [{ code: "buffer-too-large", forbids: true, stage, needed, limit }] : [];
}

function widestOf(stage: RequiredPart, { widest }: PartFacts, halves: number): number {
  return stage === "stage-a" ? Math.min(widest, TILE) : widest * halves;
}

/** Evaluations a picture takes, and how many run in one: both halves of guidance do. */
function evaluationsOf(stage: RequiredPart, { stepsC, guidanceC, stepsB, guidanceB }: PictureSettings) {
  if (stage === "stage-c") return { evaluations: stepsC, halves: guidanceC > 1 ? 2 : 1 };
  if (stage === "stage-b") return { evaluations: stepsB, halves: guidanceB > 1 ? 2 : 1 };
  return { evaluations: stage === "text-encoder" ? 2 : 1, halves: 1 };
}
