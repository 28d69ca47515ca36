import { effect } from "@preact/signals-core";
import { h, on } from "./dom.ts";
import { fieldError } from "./field-error.ts";
import { type NumberField, numberProblem } from "./form.ts";
import { edit, type PageState } from "./state.ts";

/** A number with its label and the sentence that says what is wrong with it. Text, not type=number: that one hides what it can't read. */
export function numberField(
  state: PageState,
  field: NumberField,
  label: string,
  placeholder: () => string,
  ...beside: HTMLElement[]
): HTMLElement {
  const input = on(
    h("input", {
      id: field,
      inputmode: field.startsWith("guidance") ? "decimal" : "numeric",
      autocomplete: "off",
      placeholder,
      "aria-describedby": `${field}-error`,
      "aria-invalid": () => (state.problem.value?.field === field ? "true" : undefined),
      value: () => state.form.value[field],
    }),
    {
      input: () => edit(state, field, input.value),
      change() {
        const message = numberProblem(state.form.value, field);
        if (message !== undefined) state.problem.value = { field, message };
      },
    },
  );
  effect(() => {
    // Generating moves to the field that keeps it from starting; leaving that field does not move back.
    if (state.problem.value?.field === field && document.activeElement?.tagName !== "INPUT") input.focus();
  });
  return h(
    "div",
    { class: "field" },
    h("label", { for: field }, label),
    h("div", { class: "beside" }, input, ...beside),
    fieldError(state, field),
  );
}
