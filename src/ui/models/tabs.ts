import type { Signal } from "@preact/signals-core";
import { h, on } from "../dom.ts";

/** Views of which one is shown, by the keys the tab pattern has: arrows, Home, End. */
export function tabs<Name extends string>(
  label: () => string,
  chosen: Signal<Name>,
  views: readonly { readonly name: Name; readonly label: () => string; readonly panel: HTMLElement }[],
): { readonly list: HTMLElement; readonly panels: readonly HTMLElement[] } {
  const isChosen = (name: Name) => (): boolean => chosen.value === name;
  const buttons = views.map(({ name, label: words }) =>
    on(
      h(
        "button",
        {
          type: "button",
          role: "tab",
          id: `tab-${name}`,
          "aria-controls": `panel-${name}`,
          "aria-selected": () => String(isChosen(name)()),
          tabindex: () => (isChosen(name)() ? 0 : -1),
        },
        words,
      ),
      {
        click() {
          chosen.value = name;
        },
      },
    ),
  );
  const list = on(h("div", { role: "tablist", class: "tabs", "aria-label": label }, ...buttons), {
    keydown(event) {
      const now = views.findIndex(({ name }) => name === chosen.value);
      const next = { ArrowRight: now + 1, ArrowLeft: now - 1, Home: 0, End: views.length - 1 }[event.key];
      if (next === undefined) return;
      event.preventDefault();
      const at = (next + views.length) % views.length;
      const view = views[at];
      if (view !== undefined) chosen.value = view.name;
      buttons[at]?.focus();
    },
  });
  for (const { name, panel } of views) {
    panel.id = `panel-${name}`;
    panel.setAttribute("role", "tabpanel");
    panel.setAttribute("aria-labelledby", `tab-${name}`);
  }
  return {
    list,
    panels: views.map(({ name, panel }) => h("div", { class: "view", hidden: () => !isChosen(name)() }, panel)),
  };
}
