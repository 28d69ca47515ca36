import { signal } from "@preact/signals-core";
import { h, on } from "../dom.ts";
import { t } from "../strings/language.ts";
import { isRemembered, knownToken, takeToken } from "./token.ts";

/** The access token for private or gated files: for this visit, or remembered. */
export function tokenFields(id: string, isShown: () => boolean = () => true): HTMLElement {
  const remember = signal(isRemembered());
  const input = on(
    h("input", {
      id: `token-${id}`,
      type: "password",
      autocomplete: "off",
      spellcheck: "false",
      "aria-describedby": `token-${id}-hint`,
      value: knownToken,
    }),
    { input: () => takeToken(input.value, remember.value) },
  );
  const box = on(h("input", { type: "checkbox", checked: () => remember.value }), {
    change() {
      remember.value = box.checked;
      takeToken(input.value, box.checked);
    },
  });
  return h(
    "div",
    { class: "field", hidden: () => !isShown() },
    h("label", { for: `token-${id}` }, () => t().models.licence.token),
    input,
    h("p", { id: `token-${id}-hint`, class: "hint" }, () => t().models.licence.tokenHint),
    h(
      "label",
      { class: "tick" },
      box,
      h("span", {}, () => t().models.licence.remember),
    ),
  );
}
