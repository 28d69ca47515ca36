import { effect } from "@preact/signals-core";
import type { ModelWords } from "../shared/model-words.ts";
import { h, on } from "./dom.ts";
import type { PageState } from "./state.ts";
import { t } from "./strings/language.ts";

const GROUPS = ["objects", "shapes", "colors", "numbers"] as const;

/** The words a small model was taught, by what they name; one press adds one to the prompt. Hidden where the model has no such list. */
export function knownWords({ model }: PageState, add: (word: string) => void): HTMLElement {
  const groups = h("div", { class: "word-groups" });
  let shown: ModelWords | undefined;
  effect(() => {
    const words = model.value?.words;
    if (words === shown) return;
    shown = words;
    groups.replaceChildren(
      ...GROUPS.filter((name) => (words?.[name].length ?? 0) > 0).map((name) => group(name, words?.[name] ?? [], add)),
    );
  });
  return h(
    "details",
    { class: "words", hidden: () => !GROUPS.some((name) => (model.value?.words?.[name].length ?? 0) > 0) },
    h("summary", {}, () => t().words.heading),
    groups,
  );
}

function group(name: (typeof GROUPS)[number], words: readonly string[], add: (word: string) => void): HTMLElement {
  const id = `words-${name}`;
  const button = (word: string) => on(h("button", { type: "button" }, word), { click: () => add(word) });
  return h(
    "div",
    {},
    h("h3", { id }, () => t().words.groups[name]),
    // Its words are English whatever the page's language is.
    h("ul", { class: "chips", lang: "en", "aria-labelledby": id }, ...words.map((word) => h("li", {}, button(word)))),
  );
}
