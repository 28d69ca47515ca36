import { type CatalogueModel, jobOf } from "../../catalogue/catalogue.ts";
import { h, on } from "../dom.ts";
import { t } from "../strings/language.ts";
import { modelCosts } from "./model-costs.ts";
import type { ModelsState } from "./models-state.ts";

/** A published model: what it costs, and whether this device can run it. */
export function catalogueCard(state: ModelsState, model: CatalogueModel, choose: () => void): HTMLLIElement {
  const costs = modelCosts(state, () => model.files);
  const isHere = () => state.models.value?.some(({ id }) => id === jobOf(model, state.precision.value).id) ?? false;
  const words = () => t().models.get;
  const name = () => words().names[model.id] ?? model.name;
  return h(
    "li",
    { class: "card", "data-good": costs.isGood },
    h(
      "div",
      { class: "model-head" },
      h("h4", {}, name),
      h("span", { class: "badge", hidden: () => !isHere() }, () => words().here),
    ),
    h("p", { class: "hint" }, () => words().taglines[model.id] ?? ""),
    costs.element,
    h(
      "div",
      { class: "model-actions" },
      on(
        h(
          "button",
          { type: "button", class: "secondary", hidden: isHere, "aria-label": () => words().chooseNamed(name()) },
          () => words().choose,
        ),
        { click: choose },
      ),
    ),
  );
}
