import type { CascadeInfo, LoadOptions } from "../client/protocol.ts";
import { AXES, type AxisName } from "../gallery/comparison.ts";
import { consecutiveSeeds } from "../gallery/queue.ts";
import type { Settings } from "../pipeline/types.ts";
import type { SamplerName } from "../shared/manifest.ts";
import { MAX_SEED, randomSeed } from "./seed.ts";
import { MAX_SIDE, nearestSide, RATIO_NAMES, type Shape, type Size, sizeOf } from "./size.ts";
import { t } from "./strings/language.ts";
import { STYLE_NAMES, type StyleName, styled } from "./styles.ts";

export type BackendChoice = LoadOptions["backend"];
export const BACKEND_CHOICES: readonly BackendChoice[] = ["auto", "webgpu", "wasm"];

/** Samplers by what they are called. */
export const SAMPLERS: readonly SamplerName[] = ["ddpm-wuerstchen", "ddpm", "ddim", "lcm"];

/** What the user has put in, as typed. An empty number means: as the model recommends; an empty seed: a new one for each picture. */
export interface Form {
  readonly prompt: string;
  readonly negativePrompt: string;
  readonly seed: string;
  readonly stepsC: string;
  readonly guidanceC: string;
  readonly stepsB: string;
  readonly guidanceB: string;
  /** Empty: the model's. */
  readonly samplerC: SamplerName | "";
  readonly samplerB: SamplerName | "";
  /** How many pictures, with consecutive seeds; empty: one. */
  readonly count: string;
  readonly shape: Shape;
  /** Whether the shape stands: 3:4 instead of 4:3. */
  readonly upright: boolean;
  /** Of the custom shape; empty: 1024. */
  readonly width: string;
  readonly height: string;
  /** Empty: none. */
  readonly style: StyleName | "";
  readonly backend: BackendChoice;
  /** Axes of a comparison, and their values as typed. */
  readonly columnsBy: AxisName;
  readonly columns: string;
  /** Empty: one row. */
  readonly rowsBy: AxisName | "";
  readonly rows: string;
}

export type FieldName = keyof Form;

/** What a form needs to know of the model to become settings. */
export type ModelDefaults = Pick<CascadeInfo, "granularity" | "defaults">;

/** A field that can't be used as typed, and the sentence that says so. */
export interface FieldProblem {
  readonly field: FieldName;
  readonly message: string;
}

export const EMPTY_FORM: Form = {
  prompt: "",
  negativePrompt: "",
  seed: "",
  stepsC: "",
  guidanceC: "",
  stepsB: "",
  guidanceB: "",
  samplerC: "",
  samplerB: "",
  count: "",
  shape: "1:1",
  upright: false,
  width: "",
  height: "",
  style: "",
  backend: "auto",
  columnsBy: "seed",
  columns: "",
  rowsBy: "",
  rows: "",
};

/** Numbers a field takes. */
const NUMBERS = {
  seed: { most: MAX_SEED, least: 0, whole: true },
  count: { least: 1, most: 64, whole: true },
  stepsC: { least: 1, most: 200, whole: true },
  guidanceC: { least: 0, most: 30, whole: false },
  stepsB: { least: 1, most: 200, whole: true },
  guidanceB: { least: 0, most: 30, whole: false },
  width: { least: 64, most: MAX_SIDE, whole: true },
  height: { least: 64, most: MAX_SIDE, whole: true },
} as const;

export type NumberField = keyof typeof NUMBERS;
export const NUMBER_FIELDS: readonly NumberField[] = ["seed", "count", "stepsC", "guidanceC", "stepsB", "guidanceB", "width", "height"];

/** Whether a number is one that its field takes. */
export function fitsNumber(field: NumberField, value: number): boolean {
  const { least, most, whole } = NUMBERS[field];
  return value >= least && value <= most && (!whole || Number.isInteger(value));
}

/** The number typed in a field, or `undefined` where it is empty or no number of its range. */
function numberIn(form: Form, field: NumberField): number | undefined {
  const text = form[field].trim().replace(",", ".");
  const value = /^[+-]?(\d+\.?\d*|\.\d+)$/.test(text) ? Number(text) : Number.NaN;
  return fitsNumber(field, value) ? value : undefined;
}

/** What is wrong with a number field as typed; an empty one is fine. */
export function numberProblem(form: Form, field: NumberField): string | undefined {
  if (form[field].trim() === "" || numberIn(form, field) !== undefined) return undefined;
  const { least, most, whole } = NUMBERS[field];
  return t().form.numberWrong(field, whole, least, most);
}

/** The first field that can't be used as typed. */
export function formProblem(form: Form): FieldProblem | undefined {
  if (form.prompt.trim() === "") {
    return { field: "prompt", message: t().form.promptEmpty };
  }
  for (const field of NUMBER_FIELDS) {
    if (form.shape !== "custom" && (field === "width" || field === "height")) continue; // not shown
    const message = numberProblem(form, field);
    if (message !== undefined) return { field, message };
  }
  return undefined;
}

/** Seeds of the pictures a form without problems asks for; `seed` is the first where the form leaves it open. */
export function seedsOf(form: Form, seed: number = randomSeed()): number[] {
  return consecutiveSeeds(numberIn(form, "seed") ?? seed, numberIn(form, "count") ?? 1);
}

/** The picture's size in pixels, as the model can make it; a side that can't be read is 1024. */
export function sizeFrom(form: Form, granularity: number): Size {
  if (form.shape !== "custom") return sizeOf(form.shape, form.upright, granularity);
  const side = (field: "width" | "height") => nearestSide(numberIn(form, field) ?? 1024, granularity);
  return { width: side("width"), height: side("height") };
}

/** Settings for the pipeline from a form without problems; `seed` is taken where the form leaves it open. */
export function settingsOf(form: Form, { granularity, defaults }: ModelDefaults, seed: number = randomSeed()): Settings {
  return {
    ...styled(form.style, form.prompt.trim(), form.negativePrompt.trim()),
    ...sizeFrom(form, granularity),
    seed: numberIn(form, "seed") ?? seed,
    stageC: {
      ...defaults.stageC,
      steps: numberIn(form, "stepsC") ?? defaults.stageC.steps,
      guidance: numberIn(form, "guidanceC") ?? defaults.stageC.guidance,
      sampler: form.samplerC || defaults.stageC.sampler,
    },
    stageB: {
      ...defaults.stageB,
      steps: numberIn(form, "stepsB") ?? defaults.stageB.steps,
      guidance: numberIn(form, "guidanceB") ?? defaults.stageB.guidance,
      sampler: form.samplerB || defaults.stageB.sampler,
    },
  };
}

/** A form from what was stored, whatever that is: fields that don't fit are left as in `EMPTY_FORM`. */
export function formFrom(stored: unknown): Form {
  if (typeof stored !== "object" || stored === null) return EMPTY_FORM;
  const given: Readonly<Record<string, unknown>> = { ...stored };
  const text = (field: FieldName): string => {
    const value = given[field];
    return typeof value === "string" ? value : "";
  };
  return {
    prompt: text("prompt"),
    negativePrompt: text("negativePrompt"),
    seed: text("seed"),
    stepsC: text("stepsC"),
    guidanceC: text("guidanceC"),
    stepsB: text("stepsB"),
    guidanceB: text("guidanceB"),
    samplerC: samplerFrom(given.samplerC),
    samplerB: samplerFrom(given.samplerB),
    count: text("count"),
    shape: [...RATIO_NAMES, "custom" as const].find((name) => name === given.shape) ?? EMPTY_FORM.shape,
    upright: given.upright === true,
    width: text("width"),
    height: text("height"),
    style: STYLE_NAMES.find((name) => name === given.style) ?? "",
    backend: backendFrom(given.backend) ?? EMPTY_FORM.backend,
    columnsBy: AXES.find((name) => name === given.columnsBy) ?? EMPTY_FORM.columnsBy,
    columns: text("columns"),
    rowsBy: AXES.find((name) => name === given.rowsBy) ?? "",
    rows: text("rows"),
  };
}

function samplerFrom(value: unknown): SamplerName | "" {
  return SAMPLERS.find((name) => name === value) ?? "";
}

/** A choice of backend from text, such as `?backend=` of the address. */
export function backendFrom(text: unknown): BackendChoice | undefined {
  return BACKEND_CHOICES.find((choice) => choice === text);
}
