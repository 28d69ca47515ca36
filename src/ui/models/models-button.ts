import { h, icon, on } from "../dom.ts";
import type { PageState } from "../state.ts";
import { t } from "../strings/language.ts";
import { LAYERS, NEXT } from "./icons.ts";

/** Says which model draws, and opens the models dialogue. */
export function modelsButton({ model }: PageState, open: () => void): HTMLElement {
  return on(
    h(
      "button",
      { type: "button", class: "models-open", "aria-haspopup": "dialog" },
      icon(LAYERS),
      h("span", {}, () => t().models.open),
      h("span", { class: "models-name" }, () => model.value?.name ?? ""),
      icon(NEXT),
    ),
    { click: open },
  );
}
