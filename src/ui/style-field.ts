import { effect, signal } from "@preact/signals-core";
import type { Controller } from "./controller.ts";
import { h } from "./dom.ts";
import { selectField } from "./select-field.ts";
import { edit, type PageState } from "./state.ts";
import { t } from "./strings/language.ts";
import { STYLE_NAMES, type StyleName, styled } from "./styles.ts";

/** The style template; one whose words the model was never taught says so, for then it changes nothing. */
export function styleField(state: PageState, controller: Controller): HTMLElement {
  const unknown = signal(false);
  effect(() => {
    const { style } = state.form.value;
    unknown.value = false;
    if (state.model.value === undefined || style === "") return;
    void controller
      .describePrompt(styled(style, "", "").prompt)
      .then((info) => {
        if (state.form.value.style === style) unknown.value = (info?.unknownWords.length ?? 0) > 0;
      })
      .catch(() => {}); // an engine that fails says so when it draws
  });
  const field = selectField<StyleName | "">(
    "style",
    () => t().settings.style,
    [{ value: "", label: () => t().settings.noStyle }, ...STYLE_NAMES.map((value) => ({ value, label: () => t().settings.styles[value] }))],
    () => state.form.value.style,
    (style) => edit(state, "style", style),
  );
  field.append(
    h("p", { class: "hint", role: "status", hidden: () => !unknown.value }, () => (unknown.value ? t().settings.styleUnknown : "")),
  );
  return field;
}
