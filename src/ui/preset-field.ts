import { type PresetName, presetOf, withPreset } from "./preset.ts";
import { selectField } from "./select-field.ts";
import type { PageState } from "./state.ts";
import { t } from "./strings/language.ts";

const NAMES: readonly PresetName[] = ["fast", "balanced", "quality", "custom"];

/** How much work goes into a picture. */
export function presetField({ form, model }: PageState): HTMLElement {
  const read = () => (model.value === undefined ? "balanced" : presetOf(form.value, model.value));
  return selectField(
    "preset",
    () => t().settings.preset,
    NAMES.map((value) => ({ value, label: () => t().settings.presets[value] })),
    read,
    (preset) => {
      if (model.value !== undefined) form.value = withPreset(form.value, preset, model.value);
    },
  );
}
