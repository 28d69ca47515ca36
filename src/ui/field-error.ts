import { h } from "./dom.ts";
import type { FieldName } from "./form.ts";
import type { PageState } from "./state.ts";

/** The sentence below a field that can't be used as typed; its id is `<field>-error`. */
export function fieldError({ problem }: PageState, field: FieldName): HTMLElement {
  const message = () => (problem.value?.field === field ? problem.value.message : "");
  return h("p", { id: `${field}-error`, class: "field-error", role: "alert", hidden: () => message() === "" }, message);
}
