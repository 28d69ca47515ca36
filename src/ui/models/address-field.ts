import { signal } from "@preact/signals-core";
import { h, on } from "../dom.ts";
import { t } from "../strings/language.ts";
import { safeAddress } from "./address.ts";
import type { ModelActions } from "./model-actions.ts";
import { freeId, modelId } from "./model-id.ts";
import type { ModelsState } from "./models-state.ts";

/** Brings in a converted folder from its address. */
export function addressField(state: ModelsState, actions: ModelActions): HTMLElement {
  const wrong = signal<string | undefined>(undefined);
  const input = on(
    h("input", {
      id: "folder-address",
      type: "url",
      inputmode: "url",
      autocomplete: "off",
      "aria-describedby": "folder-address-hint folder-address-error",
      "aria-invalid": () => (wrong.value === undefined ? undefined : "true"),
    }),
    {
      input() {
        wrong.value = undefined;
      },
      keydown(event) {
        if (event.key === "Enter") fetchIt();
      },
    },
  );
  const fetchIt = (): void => {
    const url = safeAddress(input.value);
    if (url === undefined) {
      wrong.value = t().models.own.addressWrong;
      input.focus();
      return;
    }
    const folder =
      url.pathname
        .replace(/\/(cascade\.json)?$/, "")
        .split("/")
        .at(-1) ?? "";
    const name = decodeURIComponent(folder) || url.hostname;
    const taken = state.models.value?.map(({ id }) => id) ?? [];
    void actions.bringIn({ id: freeId(modelId(name) ?? "model", taken), from: { url: url.href } }, name);
  };
  return h(
    "section",
    { class: "models-section field" },
    h("label", { for: "folder-address" }, () => t().models.own.address),
    h(
      "div",
      { class: "beside" },
      input,
      on(
        h("button", { type: "button", class: "secondary" }, () => t().models.own.fetch),
        { click: fetchIt },
      ),
    ),
    h("p", { id: "folder-address-hint", class: "hint" }, () => t().models.own.addressHint),
    h(
      "p",
      { id: "folder-address-error", class: "field-error", role: "alert", hidden: () => wrong.value === undefined },
      () => wrong.value ?? "",
    ),
  );
}
