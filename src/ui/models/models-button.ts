import { h, on } from "../dom.ts";
import { t } from "../strings/language.ts";

/** Opens the models dialogue. */
export function modelsButton(open: () => void): HTMLElement {
  return on(
    h("button", { type: "button", class: "quiet models-open", "aria-haspopup": "dialog" }, () => t().models.open),
    { click: open },
  );
}
