import { effect, signal } from "@preact/signals-core";
import { h, on } from "./dom.ts";
import { fieldError } from "./field-error.ts";
import { type NumberField, numberProblem } from "./form.ts";
import { edit, type PageState } from "./state.ts";
import { t } from "./strings/language.ts";

/** A number with its label and the sentence that says what is wrong with it. Text, not type=number: that one hides what it can't read. */
export function numberField(state: PageState, field: NumberField, placeholder: () => string, ...beside: HTMLElement[]): HTMLElement {
  // Said when the field is left; the page's problem, set by generating, also moves to the field.
  const left = signal<string | undefined>(undefined);
  const message = () => (state.problem.value?.field === field ? state.problem.value.message : left.value);
  const input = on(
    h("input", {
      id: field,
      inputmode: field.startsWith("guidance") ? "decimal" : "numeric",
      autocomplete: "off",
      placeholder,
      "aria-describedby": `${field}-error`,
      "aria-invalid": () => (message() !== undefined ? "true" : undefined),
      value: () => state.form.value[field],
    }),
    {
      input: () => edit(state, field, input.value),
      change() {
        left.value = numberProblem(state.form.value, field);
      },
    },
  );
  effect(() => {
    if (state.problem.value?.field !== field) return;
    input.closest("details")?.setAttribute("open", ""); // what is folded away can't be focused
    input.focus();
  });
  effect(() => {
    // Right again, by typing or by dice.
    if (numberProblem(state.form.value, field) === undefined) left.value = undefined;
  });
  return h(
    "div",
    { class: "field" },
    h("label", { for: field }, () => t().names[field]),
    h("div", { class: "beside" }, input, ...beside),
    fieldError(field, message),
  );
}
