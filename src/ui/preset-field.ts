import { type PresetName, presetOf, withPreset } from "./preset.ts";
import { selectField } from "./select-field.ts";
import type { PageState } from "./state.ts";

const OPTIONS: readonly { readonly value: PresetName; readonly label: string }[] = [
  { value: "fast", label: "Fast: half the steps" },
  { value: "balanced", label: "Balanced: the model's steps" },
  { value: "quality", label: "Quality: twice the steps" },
  { value: "custom", label: "As typed under Advanced" },
];

/** How much work goes into a picture. */
export function presetField({ form, model }: PageState): HTMLElement {
  const read = () => (model.value === undefined ? "balanced" : presetOf(form.value, model.value));
  return selectField("preset", "Preset", OPTIONS, read, (preset) => {
    if (model.value !== undefined) form.value = withPreset(form.value, preset, model.value);
  });
}
