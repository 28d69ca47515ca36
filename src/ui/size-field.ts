import { h, on } from "./dom.ts";
import { SIZE_NAMES, type SizeName, sizeOf } from "./size.ts";
import { edit, type PageState } from "./state.ts";
import { t } from "./strings/language.ts";

/** The picture's shape; only sizes the model can make are offered. */
export function sizeField(state: PageState): HTMLElement {
  return h(
    "fieldset",
    { class: "sizes" },
    h("legend", {}, () => t().settings.size),
    h("div", {}, ...SIZE_NAMES.map((name) => choice(state, name))),
  );
}

function choice(state: PageState, name: SizeName): HTMLElement {
  const size = () => sizeOf(name, state.model.value?.granularity ?? 128);
  const input = on(h("input", { type: "radio", name: "size", value: name, checked: () => state.form.value.size === name }), {
    change: () => edit(state, "size", name),
  });
  return h(
    "label",
    { class: "size" },
    input,
    h("span", { class: `shape ${name}`, "aria-hidden": "true" }),
    h("span", {}, () => t().settings.sizes[name]),
    h("small", {}, () => `${size().width} × ${size().height}`),
  );
}
