import { signal } from "@preact/signals-core";
import { h, on } from "../dom.ts";
import { t } from "../strings/language.ts";

/** A question in the place of the buttons that led to it, with a safe answer that has the focus. */
export function confirmed(
  question: () => string,
  yes: { readonly label: () => string; readonly act: () => void },
  no: () => string = () => t().models.here.deleteNo,
): { readonly element: HTMLElement; readonly isAsked: () => boolean; readonly ask: (opener: HTMLElement) => void } {
  const opener = signal<HTMLElement | undefined>(undefined);
  const close = (): void => {
    const before = opener.value;
    opener.value = undefined;
    before?.focus();
  };
  const keep = on(h("button", { type: "button", class: "secondary" }, no), { click: close });
  const element = on(
    h(
      "div",
      { class: "question", role: "group", "aria-label": question, hidden: () => opener.value === undefined },
      h("p", {}, question),
      h(
        "div",
        { class: "model-actions" },
        on(h("button", { type: "button", class: "danger" }, yes.label), {
          click() {
            opener.value = undefined;
            yes.act();
          },
        }),
        keep,
      ),
    ),
    {
      keydown(event) {
        if (event.key !== "Escape") return;
        event.preventDefault(); // else the dialogue closes
        event.stopPropagation();
        close();
      },
    },
  );
  return {
    element,
    isAsked: () => opener.value !== undefined,
    ask(from) {
      opener.value = from;
      keep.focus();
    },
  };
}
