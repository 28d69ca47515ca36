import type { Signal } from "@preact/signals-core";
import type { PrecisionName } from "../../shared/manifest.ts";
import { h, on } from "../dom.ts";
import { t } from "../strings/language.ts";

const PRECISIONS = ["q4", "q8", "f16"] as const;

/** How exactly weights are stored: side by side, each with what it means. */
export function precisionField(id: string, precision: Signal<PrecisionName>): HTMLElement {
  return h(
    "fieldset",
    { class: "precisions" },
    h("legend", {}, () => t().models.get.precision),
    h(
      "div",
      { class: "segments" },
      ...PRECISIONS.map((value) =>
        h(
          "label",
          { class: "segment" },
          on(h("input", { type: "radio", name: `precision-${id}`, value, checked: () => precision.value === value }), {
            change() {
              precision.value = value;
            },
          }),
          h("span", {}, () => t().models.get.precisions[value]),
        ),
      ),
    ),
    h("p", { class: "hint" }, () => (precision.value === "f32" ? "" : t().models.get.precisionHints[precision.value])),
  );
}
