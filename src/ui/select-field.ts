import { effect } from "@preact/signals-core";
import { h, on } from "./dom.ts";

/** A choice with its label. */
export function selectField<Value extends string>(
  id: string,
  label: () => string,
  options: readonly { readonly value: Value; readonly label: () => string }[],
  read: () => Value,
  write: (value: Value) => void,
): HTMLElement {
  const select = on(h("select", { id }, ...options.map((option) => h("option", { value: option.value }, option.label))), {
    change() {
      const chosen = options.find(({ value }) => value === select.value);
      if (chosen !== undefined) write(chosen.value);
    },
  });
  effect(() => {
    select.value = read();
  });
  return h("div", { class: "field" }, h("label", { for: id }, label), select);
}
