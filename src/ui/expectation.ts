import { roughSeconds, secondsOf } from "../gallery/pace.ts";
import { h } from "./dom.ts";
import { duration } from "./duration.ts";
import { seedsOf, settingsOf } from "./form.ts";
import { planOf } from "./plan.ts";
import type { PageState } from "./state.ts";
import { t } from "./strings/language.ts";

/** How long the form's picture will take here: as measured, or, on the processor before the first one, about. */
export function expectation({ form, model, paces, run }: PageState): HTMLElement {
  const text = (): string => {
    const info = model.value;
    if (info === undefined || run.value !== undefined) return "";
    const plan = planOf(info, settingsOf(form.value, info, 0));
    const pictures = seedsOf(form.value, 0).length;
    const known = secondsOf(paces.value, plan);
    if (known !== undefined) return t().composer.takes(pictures, duration(known * pictures));
    if (info.backend !== "wasm") return "";
    const rough = roughSeconds(info.parameters, plan, navigator.hardwareConcurrency);
    return t().composer.takesRoughly(pictures, duration(Math.max(1, Math.round(rough * pictures))));
  };
  return h("p", { class: "hint expectation" }, text);
}
