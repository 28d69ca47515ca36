import { signal } from "@preact/signals-core";
import { HUB } from "../../shared/hub-hosts.ts";
import { h, on } from "../dom.ts";
import { t } from "../strings/language.ts";
import { safeAddress } from "./address.ts";

/** The host weights come from: the hub, or a mirror laid out like it. `read` says what is wrong at the field, and gives nothing then. */
export function baseField(): { readonly element: HTMLElement; readonly value: () => string; readonly read: () => string | undefined } {
  const value = signal(HUB);
  const wrong = signal(false);
  const input = on(
    h("input", {
      id: "model-host",
      type: "url",
      inputmode: "url",
      autocomplete: "off",
      value: () => value.value,
      "aria-describedby": "model-host-hint model-host-error",
      "aria-invalid": () => (wrong.value ? "true" : undefined),
    }),
    {
      input() {
        value.value = input.value;
        wrong.value = false;
      },
    },
  );
  return {
    element: h(
      "div",
      { class: "field" },
      h("label", { for: "model-host" }, () => t().models.licence.base),
      input,
      h("p", { id: "model-host-hint", class: "hint" }, () => t().models.licence.baseHint),
      h("p", { id: "model-host-error", class: "field-error", role: "alert", hidden: () => !wrong.value }, () =>
        wrong.value ? t().models.licence.baseWrong : "",
      ),
    ),
    value: () => value.value,
    read() {
      const url = safeAddress(value.value === "" ? HUB : value.value);
      wrong.value = url === undefined;
      if (url === undefined) {
        input.closest("details")?.setAttribute("open", ""); // what is folded away can't be focused
        input.focus();
      }
      return url?.href.replace(/\/+$/, "");
    },
  };
}
