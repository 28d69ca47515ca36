import { h, icon, on } from "./dom.ts";
import { numberField } from "./number-field.ts";
import { randomSeed } from "./seed.ts";
import { edit, type PageState } from "./state.ts";
import { t } from "./strings/language.ts";

const DICE =
  "M5 4h14a1 1 0 0 1 1 1v14a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V5a1 1 0 0 1 1-1zM8.5 8.5h.01M15.5 8.5h.01M12 12h.01M8.5 15.5h.01M15.5 15.5h.01";

/** The seed, and dice that throw one. Empty: each picture gets its own. */
export function seedField(state: PageState): HTMLElement {
  const dice = on(
    h(
      "button",
      { type: "button", class: "icon-button", title: () => t().settings.randomSeed, "aria-label": () => t().settings.randomSeed },
      icon(DICE),
    ),
    {
      click: () => edit(state, "seed", String(randomSeed())),
    },
  );
  return numberField(state, "seed", () => t().settings.newEachTime, dice);
}
