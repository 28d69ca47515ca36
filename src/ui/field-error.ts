import { h } from "./dom.ts";
import type { FieldName } from "./form.ts";

/** The sentence below a field that can't be used as typed; its id is `<field>-error`. */
export function fieldError(field: FieldName, message: () => string | undefined): HTMLElement {
  return h(
    "p",
    { id: `${field}-error`, class: "field-error", role: "alert", hidden: () => message() === undefined },
    () => message() ?? "",
  );
}
