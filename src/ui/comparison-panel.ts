import { computed } from "@preact/signals-core";
import { AXES, type Axis, type AxisName, readAxis } from "../gallery/comparison.ts";
import type { Controller } from "./controller.ts";
import { h, on } from "./dom.ts";
import { fitsNumber } from "./form.ts";
import { selectField } from "./select-field.ts";
import { edit, type PageState } from "./state.ts";
import { t } from "./strings/language.ts";

/** Most pictures of one comparison. */
const MOST = 64;

/** One prompt under several values of one or two settings, drawn as one labelled sheet. */
export function comparisonPanel(state: PageState, controller: Controller): HTMLElement {
  const { form } = state;
  const columns = computed(() => readAxis(form.value.columnsBy, form.value.columns, fitsNumber));
  const rows = computed(() => (form.value.rowsBy === "" ? undefined : readAxis(form.value.rowsBy, form.value.rows, fitsNumber)));
  const count = () => (columns.value?.values.length ?? 0) * (form.value.rowsBy === "" ? 1 : (rows.value?.values.length ?? 0));
  const usable = () => count() > 0 && count() <= MOST && form.value.columnsBy !== form.value.rowsBy;
  const reason = (): string => {
    if (form.value.columnsBy === form.value.rowsBy) return t().comparison.same;
    if (count() > MOST) return t().comparison.tooMany(count(), MOST);
    return count() === 0 ? t().comparison.hint : t().comparison.count(count());
  };
  const start = on(
    h(
      "button",
      { type: "button", class: "secondary", "aria-disabled": () => String(!usable()), "aria-describedby": "comparison-reason" },
      () => t().comparison.draw,
    ),
    {
      click() {
        if (!usable() || columns.value === undefined) return;
        void controller.compare({ columns: columns.value, ...(rows.value !== undefined && { rows: rows.value }) });
      },
    },
  );
  return h(
    "details",
    { class: "comparison" },
    h("summary", {}, () => t().comparison.heading),
    h(
      "div",
      { class: "comparison-body" },
      axis(state, "columns", columns),
      axis(state, "rows", rows),
      h("p", { id: "comparison-reason", class: "hint", role: "status" }, reason),
      start,
    ),
  );
}

function axis(state: PageState, side: "columns" | "rows", read: { readonly value: Axis | undefined }): HTMLElement {
  const by = `${side}By` as const;
  const choice = () => state.form.value[by];
  const options = AXES.map((value) => ({ value, label: () => (value === "prompt" ? t().comparison.prompts : t().names[value]) }));
  const select =
    side === "columns"
      ? selectField<AxisName>(
          by,
          () => t().comparison.columns,
          options,
          () => state.form.value.columnsBy,
          (value) => edit(state, "columnsBy", value),
        )
      : selectField<AxisName | "">(
          by,
          () => t().comparison.rows,
          [{ value: "", label: () => t().comparison.none }, ...options],
          () => state.form.value.rowsBy,
          (value) => edit(state, "rowsBy", value),
        );
  const wrong = () => state.form.value[side].trim() !== "" && choice() !== "" && read.value === undefined;
  const values = on(
    h("textarea", {
      id: side,
      rows: 1,
      class: "values",
      placeholder: () => (choice() === "prompt" ? t().comparison.promptsHint : choice() === "seed" ? "7-10" : "1, 2, 4"),
      "aria-label": () => (side === "columns" ? t().comparison.columnValues : t().comparison.rowValues),
      "aria-invalid": () => (wrong() ? "true" : undefined),
      hidden: () => choice() === "",
      value: () => state.form.value[side],
    }),
    { input: () => edit(state, side, values.value) },
  );
  return h("div", { class: "axis" }, select, values);
}
