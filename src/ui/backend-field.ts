import type { Controller } from "./controller.ts";
import { h, on } from "./dom.ts";
import { BACKEND_CHOICES, backendFrom } from "./form.ts";
import type { PageState } from "./state.ts";
import { t } from "./strings/language.ts";

/** Where the networks run. A change opens the model anew. */
export function backendField({ form }: PageState, controller: Controller): HTMLElement {
  const select = on(
    h(
      "select",
      { id: "backend" },
      ...BACKEND_CHOICES.map((choice) =>
        h("option", { value: choice, selected: form.value.backend === choice }, () => t().settings.backends[choice]),
      ),
    ),
    { change: () => void controller.chooseBackend(backendFrom(select.value) ?? "auto") },
  );
  return h(
    "div",
    { class: "field" },
    h("label", { for: "backend" }, () => t().settings.backend),
    select,
  );
}
