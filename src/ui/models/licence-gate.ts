import { signal } from "@preact/signals-core";
import { addressOf, type CatalogueModel, jobOf } from "../../catalogue/catalogue.ts";
import { verdict } from "../../catalogue/verdict.ts";
import { HUB } from "../../shared/hub-hosts.ts";
import { h, on } from "../dom.ts";
import { language, t } from "../strings/language.ts";
import { safeAddress } from "./address.ts";
import { agree, agreedAt } from "./agreement.ts";
import { baseField } from "./base-field.ts";
import { bytesText } from "./bytes.ts";
import type { ModelActions } from "./model-actions.ts";
import type { ModelsState } from "./models-state.ts";
import { tokenFields } from "./token-fields.ts";

/** What stands between a choice and the first byte: what comes, the licence, and from where. `back` leaves it. */
export function licenceGate(
  state: ModelsState,
  actions: ModelActions,
  chosen: () => CatalogueModel | undefined,
  back: () => void,
): { readonly element: HTMLElement; readonly focus: () => void } {
  const said = signal("");
  const base = baseField();
  const words = () => t().models.licence;
  const costs = (): string => {
    const model = chosen();
    if (model === undefined) return "";
    const { download, stored } = verdict(model.files, state.precision.value, state.measure.value, state.space.value);
    return words().what(bytesText(download), bytesText(stored));
  };
  const agreed = () => agreedAt(chosen()?.licence.name ?? "");
  const box = on(
    h("input", { type: "checkbox", id: "licence-agreed", checked: () => agreed() !== undefined, "aria-describedby": "licence-error" }),
    {
      change() {
        said.value = "";
      },
    },
  );
  const start = (): void => {
    const model = chosen();
    if (model === undefined) return;
    if (!box.checked) {
      said.value = words().mustAgree;
      box.focus();
      return;
    }
    const from = base.read();
    if (from === undefined) return;
    if (agreed() === undefined) void agree(model.licence.name);
    back();
    void actions.convert(jobOf(model, state.precision.value, { base: from }));
  };
  const heading = h("h3", { tabindex: -1 }, () => words().heading(chosen()?.name ?? ""));
  const link = h("a", { target: "_blank", rel: "noopener noreferrer", href: () => licenceAddress(chosen(), base.value()) }, () =>
    words().read(chosen()?.licence.name ?? ""),
  );
  const element = h(
    "section",
    { class: "models-section gate", hidden: () => chosen() === undefined },
    heading,
    h("p", {}, costs),
    h("p", { class: "hint" }, () => words().terms),
    h("p", {}, link),
    h(
      "div",
      { class: "field" },
      h(
        "label",
        { class: "tick" },
        box,
        h("span", {}, () => words().agree),
      ),
      h("p", { class: "hint", hidden: () => agreed() === undefined }, () =>
        words().agreed(new Intl.DateTimeFormat(language(), { dateStyle: "long" }).format(agreed())),
      ),
      h("p", { id: "licence-error", class: "field-error", role: "alert", hidden: () => said.value === "" }, () => said.value),
    ),
    h(
      "details",
      {},
      h("summary", {}, () => words().where),
      h(
        "div",
        { class: "own-fields" },
        base.element,
        tokenFields("source", () => safeAddress(base.value())?.origin),
      ),
    ),
    h(
      "div",
      { class: "model-actions" },
      on(
        h("button", { type: "button", class: "primary" }, () => words().start),
        { click: start },
      ),
      on(
        h("button", { type: "button", class: "quiet" }, () => words().back),
        { click: back },
      ),
    ),
  );
  return { element, focus: () => heading.focus() };
}

/** Where the licence can be read: the host's page of it. */
function licenceAddress(model: CatalogueModel | undefined, base: string): string {
  if (model === undefined) return HUB;
  return addressOf(model, model.licence.path, safeAddress(base) === undefined ? HUB : base).replace("/resolve/", "/blob/");
}
