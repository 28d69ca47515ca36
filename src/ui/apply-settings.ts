import type { PartialSettings } from "../png/restored.ts";
import { type Form, numberProblem } from "./form.ts";
import { nearestSide, RATIO_NAMES, type Size, sizeOf } from "./size.ts";
import { t } from "./strings/language.ts";

/** A form with settings from elsewhere, and what of them it can't hold. */
export interface Applied {
  readonly form: Form;
  readonly left: readonly string[];
}

/** Puts settings into a form; what they don't say stays. `granularity` is the model's. */
export function applySettings(form: Form, settings: PartialSettings, granularity: number): Applied {
  const left: string[] = [];
  const { prompt, negativePrompt, seed, width, height, stageC, stageB } = settings;
  let next: Form = {
    ...form,
    // What a style adds is in the prompt already.
    ...(prompt !== undefined && { prompt, style: "" as const }),
    ...(negativePrompt !== undefined && { negativePrompt }),
    ...(stageC?.sampler !== undefined && { samplerC: stageC.sampler }),
    ...(stageB?.sampler !== undefined && { samplerB: stageB.sampler }),
  };
  for (const [field, value] of [
    ["seed", seed],
    ["stepsC", stageC?.steps],
    ["guidanceC", stageC?.guidance],
    ["stepsB", stageB?.steps],
    ["guidanceB", stageB?.guidance],
  ] as const) {
    if (value === undefined) continue;
    const changed = { ...next, [field]: String(value) };
    const problem = numberProblem(changed, field);
    if (problem === undefined) next = changed;
    else left.push(`${t().names[field]} ${value}`);
  }
  if (width !== undefined && height !== undefined && width > 0 && height > 0) {
    const taken = { width: nearestSide(width, granularity), height: nearestSide(height, granularity) };
    next = { ...next, ...shapeOf(taken, granularity) };
    if (taken.width !== width || taken.height !== height) {
      left.push(t().restore.sizeTaken(width, height, `${taken.width} × ${taken.height}`));
    }
  }
  return { form: next, left };
}

/** The shape that has just this size, else a custom one. */
function shapeOf({ width, height }: Size, granularity: number): Pick<Form, "shape" | "upright" | "width" | "height"> {
  const upright = height > width;
  const shape = RATIO_NAMES.find((name) => {
    const size = sizeOf(name, upright, granularity);
    return size.width === width && size.height === height;
  });
  return shape === undefined
    ? { shape: "custom", upright, width: String(width), height: String(height) }
    : { shape, upright, width: "", height: "" };
}
