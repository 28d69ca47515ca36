import { signal } from "@preact/signals-core";
import { CATALOGUE, type CatalogueModel } from "../../catalogue/catalogue.ts";
import type { ConvertClient } from "../../client/convert-client.ts";
import { h } from "../dom.ts";
import { t } from "../strings/language.ts";
import { catalogueCard } from "./catalogue-card.ts";
import { deviceCheck } from "./device-check.ts";
import { licenceGate } from "./licence-gate.ts";
import type { ModelActions } from "./model-actions.ts";
import type { ModelsState } from "./models-state.ts";
import { precisionField } from "./precision-field.ts";

/** Published models to choose from; a choice leads to its licence. */
export function getView(state: ModelsState, actions: ModelActions, worker: () => ConvertClient): HTMLElement {
  const chosen = signal<CatalogueModel | undefined>(undefined);
  const gate = licenceGate(
    state,
    actions,
    () => chosen.value,
    () => {
      chosen.value = undefined;
      heading.focus();
    },
  );
  const heading = h("h3", { id: "published-models", tabindex: -1 }, () => t().models.get.models);
  const choose = (model: CatalogueModel): void => {
    chosen.value = model;
    gate.focus();
  };
  return h(
    "div",
    { class: "view-body" },
    h(
      "section",
      { class: "view-body", "aria-labelledby": "published-models", hidden: () => chosen.value !== undefined },
      h(
        "div",
        { class: "models-section" },
        heading,
        h("p", { class: "hint" }, () => t().models.get.intro),
      ),
      h("div", { class: "get-choices" }, precisionField("get", state.precision), deviceCheck(state, worker)),
      h(
        "ul",
        { class: "cards", "aria-labelledby": "published-models" },
        ...CATALOGUE.map((model) => catalogueCard(state, model, () => choose(model))),
      ),
    ),
    gate.element,
  );
}
