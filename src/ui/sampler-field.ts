import type { SamplerName } from "../shared/manifest.ts";
import { SAMPLERS } from "./form.ts";
import { selectField } from "./select-field.ts";
import { edit, type PageState } from "./state.ts";
import { t } from "./strings/language.ts";

const LABELS: Readonly<Record<SamplerName, string>> = {
  "ddpm-wuerstchen": "DDPM (Würstchen)",
  ddpm: "DDPM",
  ddim: "DDIM",
  lcm: "LCM",
};

/** The sampler of a stage; by itself the one the model recommends. */
export function samplerField(state: PageState, field: "samplerC" | "samplerB"): HTMLElement {
  const options = [
    { value: "" as const, label: () => t().settings.modelsSampler },
    ...SAMPLERS.map((value) => ({ value, label: () => LABELS[value] })),
  ];
  return selectField(
    field,
    () => t().names[field],
    options,
    () => state.form.value[field],
    (value) => edit(state, field, value),
  );
}
