import { effect, signal } from "@preact/signals-core";
import { h, on } from "../dom.ts";
import { t } from "../strings/language.ts";
import { isRemembered, takeToken, tokenFor } from "./token.ts";

/** The access token for a host (its origin): for this visit, or remembered. Hidden without a host. */
export function tokenFields(id: string, origin: () => string | undefined): HTMLElement {
  const remember = signal(false);
  effect(() => {
    remember.value = isRemembered(origin() ?? "");
  });
  const take = (): void => {
    const host = origin();
    if (host !== undefined) takeToken(host, input.value, box.checked);
  };
  const input = on(
    h("input", {
      id: `token-${id}`,
      type: "password",
      autocomplete: "off",
      spellcheck: "false",
      "aria-describedby": `token-${id}-hint`,
      value: () => tokenFor(origin() ?? ""),
    }),
    { input: take },
  );
  const box = on(h("input", { type: "checkbox", checked: () => remember.value }), { change: take });
  return h(
    "div",
    { class: "field token", hidden: () => origin() === undefined },
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
