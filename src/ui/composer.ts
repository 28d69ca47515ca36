import { effect } from "@preact/signals-core";
import { withWord } from "./add-word.ts";
import { alertBox } from "./alert-box.ts";
import type { Controller } from "./controller.ts";
import { h, on } from "./dom.ts";
import { exampleChips } from "./example-chips.ts";
import { expectation } from "./expectation.ts";
import { fieldError } from "./field-error.ts";
import { knownWords } from "./known-words.ts";
import { promptSigns } from "./prompt-signs.ts";
import { queueList } from "./queue-list.ts";
import { edit, type PageState } from "./state.ts";
import { t } from "./strings/language.ts";
import { tokenCounter } from "./token-counter.ts";
import { unfinishedNotice } from "./unfinished-notice.ts";
import { reweighted, type Selected } from "./weight-keys.ts";

/** The head of the page: what to draw, and the buttons that draw it or stop. */
export function composer(state: PageState, controller: Controller): { element: HTMLElement; focus: () => void } {
  const prompt = on(
    h("textarea", {
      id: "prompt",
      rows: 3,
      placeholder: () => t().composer.placeholder,
      spellcheck: "true",
      autocomplete: "off",
      enterkeyhint: "enter",
      "aria-describedby": "prompt-tokens prompt-error",
      "aria-invalid": () => (state.problem.value?.field === "prompt" ? "true" : undefined),
      value: () => state.form.value.prompt,
    }),
    {
      input: () => edit(state, "prompt", prompt.value),
      blur() {
        left = selected();
      },
      keydown(event) {
        const by = event.key === "ArrowUp" ? 1 : event.key === "ArrowDown" ? -1 : undefined;
        if (by === undefined || !(event.ctrlKey || event.metaKey)) return;
        event.preventDefault();
        put(reweighted(selected(), by));
      },
    },
  );
  effect(() => {
    if (state.problem.value?.field === "prompt") prompt.focus();
  });

  // aria-disabled instead of disabled: the button keeps the focus while a picture is made.
  const generate = on(
    h(
      "button",
      {
        type: "button",
        class: "primary",
        "aria-keyshortcuts": "Control+Enter",
      },
      () => (state.run.value === undefined ? t().composer.generate : t().composer.addToQueue),
      h("kbd", { "aria-hidden": "true" }, shortcut()),
    ),
    { click: () => void controller.generate() },
  );
  const cancel = on(
    h(
      "button",
      { type: "button", class: "secondary", hidden: () => state.run.value === undefined, "aria-keyshortcuts": "Escape" },
      () => t().composer.cancel,
    ),
    {
      click() {
        controller.cancel();
        generate.focus();
      },
    },
  );

  // Where the caret is, and where it was when the field was left: browsers move it as they like once a field without the focus is written to.
  const selected = () => ({ text: prompt.value, start: prompt.selectionStart, end: prompt.selectionEnd });
  let left: Selected = { text: "", start: 0, end: 0 };
  const caret = (): Selected => {
    if (document.activeElement === prompt) return selected();
    return left.text === prompt.value ? left : { text: prompt.value, start: prompt.value.length, end: prompt.value.length };
  };
  const put = (next: Selected): void => {
    edit(state, "prompt", next.text);
    prompt.setSelectionRange(next.start, next.end);
    left = next;
  };
  const addWord = (word: string): void => {
    put(withWord(caret(), word));
    state.announcement.value = t().words.added(prompt.value);
  };

  const element = h(
    "section",
    { class: "composer", "aria-label": () => t().composer.region },
    h(
      "div",
      { class: "field" },
      h("label", { for: "prompt" }, () => t().composer.prompt),
      prompt,
      tokenCounter(state, controller),
      fieldError("prompt", () => (state.problem.value?.field === "prompt" ? state.problem.value.message : undefined)),
    ),
    exampleChips(state, controller, () => prompt.focus()),
    h("div", { class: "helps" }, knownWords(state, addWord), promptSigns()),
    h("div", { class: "actions" }, generate, cancel),
    expectation(state),
    unfinishedNotice(state, controller),
    alertBox(state, controller),
    queueList(state),
  );
  return { element, focus: () => prompt.focus({ preventScroll: true }) };
}

function shortcut(): string {
  return /Mac|iPhone|iPad/.test(navigator.userAgent) ? "⌘ ↵" : "Ctrl ↵";
}
