import { h, on } from "./dom.ts";
import { edit, type PageState } from "./state.ts";

/** Prompts the embedded model draws. */
const EXAMPLES = [
  "a fox on a white background",
  "a rocket on a black background",
  "a yellow star on a blue background",
  "a donut on a pink background",
];

/** Prompts to begin with: one press puts one into the field. */
export function exampleChips(state: PageState, then: () => void): HTMLElement {
  return h(
    "ul",
    { class: "chips", "aria-label": "Example prompts" },
    ...EXAMPLES.map((example) =>
      h(
        "li",
        {},
        on(h("button", { type: "button" }, example), {
          click() {
            edit(state, "prompt", example);
            then();
          },
        }),
      ),
    ),
  );
}
