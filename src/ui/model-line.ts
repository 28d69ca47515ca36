import { h } from "./dom.ts";
import type { PageState } from "./state.ts";
import { t } from "./strings/language.ts";
import { told } from "./strings/told.ts";

/** Which model runs where, and why there. */
export function modelLine({ model, problem, unusable }: PageState): HTMLElement {
  const millions = () => Math.round((model.value?.parameters ?? 0) / 1e6);
  const text = () => {
    if (model.value === undefined) return problem.value?.code === undefined ? t().model.loading : t().model.none;
    return t().model.line(model.value.name, millions(), t().settings.backends[model.value.backend]);
  };
  return h(
    "footer",
    { class: "model" },
    h("p", {}, text),
    h("p", { class: "reason" }, () => told(model.value?.reason ?? "")),
    h("p", { class: "model-gone", role: "status" }, () =>
      unusable.value === undefined ? "" : t().models.gone(unusable.value.id, unusable.value.why),
    ),
  );
}
