import { effect, signal } from "@preact/signals-core";
import type { Controller } from "./controller.ts";
import { h, on } from "./dom.ts";
import { knownExamples } from "./examples.ts";
import { keyedList } from "./keyed-list.ts";
import { edit, type PageState } from "./state.ts";
import { t } from "./strings/language.ts";

/** Words of a prompt that name what it shows: without its article and background. */
const label = (prompt: string) =>
  prompt
    .replace(/^an? /, "")
    .replace(/ on an? \w+ background$/, "")
    .split(",")[0] ?? prompt;

/** Prompts the loaded model can draw: one press puts one into the field. */
export function exampleChips(state: PageState, controller: Controller, then: () => void): HTMLElement {
  const examples = signal<readonly string[]>([]);
  effect(() => {
    const model = state.model.value;
    if (model === undefined) return;
    knownExamples(model.words, async (prompt) => (await controller.describePrompt(prompt))?.unknownWords ?? [""])
      .then((found) => {
        if (state.model.value === model) examples.value = found;
      })
      .catch(() => {}); // an engine that fails says so when it draws
  });
  return keyedList(
    { class: "chips", "aria-label": () => t().composer.examples },
    () => examples.value,
    (prompt) =>
      h(
        "li",
        {},
        on(h("button", { type: "button", title: prompt }, label(prompt)), {
          click() {
            edit(state, "prompt", prompt);
            then();
          },
        }),
      ),
    then,
  );
}
