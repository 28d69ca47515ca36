import type { Form, ModelDefaults } from "./form.ts";

export type PresetName = "fast" | "balanced" | "quality" | "custom";

/** Share of the model's own steps; none typed is balanced. */
const SHARES = { fast: 0.5, quality: 2 } as const;

/** The form with the steps of a preset. "custom" changes nothing. */
export function withPreset(form: Form, preset: PresetName, { defaults }: Pick<ModelDefaults, "defaults">): Form {
  if (preset === "custom") return form;
  if (preset === "balanced") return { ...form, stepsC: "", stepsB: "" };
  const steps = (recommended: number) => String(Math.max(1, Math.round(recommended * SHARES[preset])));
  return { ...form, stepsC: steps(defaults.stageC.steps), stepsB: steps(defaults.stageB.steps) };
}

/** The preset whose steps a form has. */
export function presetOf(form: Form, model: Pick<ModelDefaults, "defaults">): PresetName {
  const names: readonly PresetName[] = ["balanced", "fast", "quality"];
  return (
    names.find((name) => {
      const { stepsC, stepsB } = withPreset(form, name, model);
      return stepsC === form.stepsC.trim() && stepsB === form.stepsB.trim();
    }) ?? "custom"
  );
}
