import { h, on } from "../dom.ts";
import type { PageState } from "../state.ts";
import { t } from "../strings/language.ts";
import type { ModelActions } from "./model-actions.ts";

/** The model that comes with the page. */
export function embeddedItem({ modelUrl }: PageState, actions: ModelActions): HTMLElement {
  const isUsed = () => !modelUrl.value.startsWith("stored:");
  const name = () => t().models.here.embeddedName;
  return h(
    "div",
    { class: "model-row", "data-used": isUsed },
    h(
      "div",
      { class: "model-head" },
      h("h4", {}, name),
      h("span", { class: "badge", hidden: () => !isUsed() }, () => t().models.here.inUse),
    ),
    h("p", { class: "hint" }, () => t().models.here.embedded),
    h(
      "div",
      { class: "model-actions" },
      on(
        h(
          "button",
          { type: "button", class: "secondary", hidden: isUsed, "aria-label": () => t().models.here.useNamed(name()) },
          () => t().models.here.use,
        ),
        { click: () => void actions.use(undefined, name()) },
      ),
    ),
  );
}
