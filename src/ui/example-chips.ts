import { h, on } from "./dom.ts";
import { edit, type PageState } from "./state.ts";
import { t } from "./strings/language.ts";

/** Prompts the embedded model draws, by what they show. */
const EXAMPLES: Readonly<Record<string, string>> = {
  Fox: "a fox on a white background",
  Rocket: "a rocket on a black background",
  Star: "a yellow star on a blue background",
  Donut: "a donut on a white background",
};

/** Prompts to begin with: one press puts one into the field. */
export function exampleChips(state: PageState, then: () => void): HTMLElement {
  return h(
    "ul",
    { class: "chips", "aria-label": () => t().composer.examples },
    ...Object.entries(EXAMPLES).map(([label, prompt]) =>
      h(
        "li",
        {},
        on(h("button", { type: "button", title: prompt }, label), {
          click() {
            edit(state, "prompt", prompt);
            then();
          },
        }),
      ),
    ),
  );
}
