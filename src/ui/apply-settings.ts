import type { PartialSettings } from "../png/restored.ts";
import { type Form, numberProblem } from "./form.ts";
import { SIZE_NAMES, sizeOf } from "./size.ts";
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
    ...(prompt !== undefined && { prompt }),
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
  if (width !== undefined && height !== undefined && height > 0) {
    const distance = (size: { width: number; height: number }) => Math.abs(Math.log(size.width / size.height / (width / height)));
    const [nearest] = SIZE_NAMES.map((name) => ({ name, ...sizeOf(name, granularity) })).sort((a, b) => distance(a) - distance(b));
    if (nearest !== undefined) {
      next = { ...next, size: nearest.name };
      if (nearest.width !== width || nearest.height !== height) {
        left.push(t().restore.sizeTaken(width, height, `${nearest.width} × ${nearest.height}`));
      }
    }
  }
  return { form: next, left };
}
