import { h, on } from "./dom.ts";
import { sizeFrom } from "./form.ts";
import { numberField } from "./number-field.ts";
import { RATIO_NAMES, ratioLabel, type Shape } from "./size.ts";
import { edit, type PageState } from "./state.ts";
import { t } from "./strings/language.ts";

/** The picture's shape, lying or upright, and the pixels that come of it; only sizes the model can make are offered. */
export function sizeField(state: PageState): HTMLElement {
  const { form, model } = state;
  const granularity = () => model.value?.granularity ?? 128;
  const size = () => sizeFrom(form.value, granularity());
  const upright = on(
    h("input", { type: "checkbox", role: "switch", checked: () => form.value.upright, disabled: () => form.value.shape === "custom" }),
    { change: () => edit(state, "upright", upright.checked) },
  );
  return h(
    "fieldset",
    { class: "sizes" },
    h("legend", {}, () => t().settings.size),
    h("div", { class: "shapes" }, ...[...RATIO_NAMES, "custom" as const].map((shape) => choice(state, shape))),
    h(
      "div",
      { class: "pair", hidden: () => form.value.shape !== "custom" },
      numberField(state, "width", () => "1024"),
      numberField(state, "height", () => "1024"),
    ),
    h(
      "div",
      { class: "size-facts" },
      h("p", { class: "hint" }, () =>
        [
          t().settings.pixels(size().width, size().height),
          ...(form.value.shape === "custom" ? [t().settings.granularity(granularity())] : []),
        ].join(". "),
      ),
      h("label", { class: "switch", hidden: () => form.value.shape === "custom" }, upright, () => t().settings.turn),
    ),
  );
}

function choice(state: PageState, shape: Shape): HTMLElement {
  const { form } = state;
  const input = on(h("input", { type: "radio", name: "shape", value: shape, checked: () => form.value.shape === shape }), {
    change: () => edit(state, "shape", shape),
  });
  const drawn = h("span", { class: "shape", "aria-hidden": "true", "data-shape": shape, "data-upright": () => form.value.upright });
  return h("label", { class: "size" }, input, drawn, () =>
    shape === "custom" ? t().settings.custom : ratioLabel(shape, form.value.upright),
  );
}
