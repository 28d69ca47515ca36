import { effect, signal } from "@preact/signals-core";
import type { ConvertClient } from "../../client/convert-client.ts";
import { h, on } from "../dom.ts";
import { t } from "../strings/language.ts";
import { addressField } from "./address-field.ts";
import { deviceCheck } from "./device-check.ts";
import { dropZone } from "./drop-zone.ts";
import type { ModelActions } from "./model-actions.ts";
import { modelCosts } from "./model-costs.ts";
import { freeId, modelId } from "./model-id.ts";
import type { ModelsState } from "./models-state.ts";
import { type OwnFiles, ownFiles } from "./own-files.ts";
import { partTable } from "./part-table.ts";
import { precisionField } from "./precision-field.ts";

/** The user's own files: sorted into parts and converted, or brought in where they are converted already. */
export function ownView(state: ModelsState, actions: ModelActions, worker: () => ConvertClient): HTMLElement {
  const own = ownFiles((...given) => worker().sortFiles(...given));
  const status = (): string => {
    if (own.reading.value) return t().models.own.reading;
    const sorted = own.sorted.value;
    if (sorted === undefined) return "";
    if (sorted.converted !== undefined) return t().models.own.converted(sorted.converted.length);
    const missing = sorted.problems.flatMap((problem) => (problem.code === "missing" ? [t().models.own.partNames[problem.part]] : []));
    return missing.length > 0 ? t().models.own.stillMissing(missing.join(", ")) : t().models.own.ready;
  };
  return h(
    "div",
    { class: "view-body" },
    h("p", { class: "hint" }, () => t().models.own.intro),
    dropZone((files) => void own.add(files)),
    h("p", { role: "status", class: "own-status" }, status),
    h("p", { class: "field-error", role: "alert", hidden: () => own.problem.value === undefined }, () => own.problem.value?.message ?? ""),
    conversion(state, actions, own, worker),
    converted(state, actions, own),
    addressField(state, actions),
  );
}

function conversion(state: ModelsState, actions: ModelActions, own: OwnFiles, worker: () => ConvertClient): HTMLElement {
  const name = signal("");
  const wrong = signal<string | undefined>(undefined);
  const input = on(
    h("input", {
      id: "own-name",
      autocomplete: "off",
      maxlength: 80,
      value: () => name.value,
      "aria-describedby": "own-name-error",
      "aria-invalid": () => (wrong.value === undefined ? undefined : "true"),
    }),
    {
      input() {
        name.value = input.value;
        wrong.value = undefined;
      },
    },
  );
  // A suggestion, until something was typed.
  effect(() => {
    const suggested = own.sorted.value === undefined ? "" : own.suggestedName();
    if (suggested !== "" && name.peek() === "") name.value = suggested;
  });
  const refuse = (message: string): void => {
    wrong.value = message;
    input.focus();
  };
  const convert = (): void => {
    const id = modelId(name.value, state.precision.value);
    if (id === undefined) refuse(t().models.own.nameWrong);
    else if (state.models.value?.some((model) => model.id === id)) refuse(t().models.own.nameTaken);
    else {
      void actions.convert(own.job(id, name.value.trim(), state.precision.value)).then((finished) => {
        if (!finished) return;
        name.value = "";
        cleared(own);
      });
    }
  };
  const ignored = () =>
    (own.sorted.value?.problems ?? []).flatMap((problem) =>
      problem.code === "unused" ? [problem.path] : problem.code === "unreadable" ? [`${problem.path} (${problem.message})`] : [],
    );
  return h(
    "section",
    { class: "models-section", hidden: () => own.sorted.value === undefined || own.sorted.value.converted !== undefined },
    partTable(own),
    h("p", { class: "hint", hidden: () => ignored().length === 0 }, () => t().models.own.unknown(ignored().join("; "))),
    h(
      "div",
      { class: "own-fields", hidden: () => !own.isWhole.value },
      h(
        "div",
        { class: "field" },
        h("label", { for: "own-name" }, () => t().models.own.name),
        input,
        h(
          "p",
          { id: "own-name-error", class: "field-error", role: "alert", hidden: () => wrong.value === undefined },
          () => wrong.value ?? "",
        ),
      ),
      precisionField("own", state.precision),
      deviceCheck(state, worker),
      modelCosts(state, () => own.facts()).element,
    ),
    h(
      "div",
      { class: "model-actions" },
      on(
        h("button", { type: "button", class: "primary", hidden: () => !own.isWhole.value }, () => t().models.own.convert),
        { click: convert },
      ),
      on(
        h("button", { type: "button", class: "quiet" }, () => t().models.own.clear),
        { click: () => cleared(own) },
      ),
    ),
  );
}

function converted(state: ModelsState, actions: ModelActions, own: OwnFiles): HTMLElement {
  const bringIn = async (): Promise<void> => {
    const files = own.sorted.value?.converted ?? [];
    const name = await manifestName(files);
    const id = freeId(modelId(name) ?? "model", state.models.value?.map((model) => model.id) ?? []);
    if (await actions.bringIn({ id, from: files }, name)) cleared(own);
  };
  return h(
    "section",
    { class: "model-actions", hidden: () => own.sorted.value?.converted === undefined },
    on(
      h("button", { type: "button", class: "primary" }, () => t().models.own.import),
      { click: () => void bringIn() },
    ),
    on(
      h("button", { type: "button", class: "quiet" }, () => t().models.own.clear),
      { click: () => cleared(own) },
    ),
  );
}

/** Forgets the files; the focus goes back to where others are chosen, for what had it goes. */
function cleared(own: OwnFiles): void {
  const zone = document.querySelector(".drop");
  const here = zone?.parentElement?.contains(document.activeElement) === true;
  own.clear();
  if (here) zone?.querySelector("button")?.focus();
}

/** What a converted folder calls itself; the import checks it, and all else. */
async function manifestName(files: readonly File[]): Promise<string> {
  try {
    const text = await files
      .find(({ name }) => name === "cascade.json")
      ?.slice(0, 2 ** 20)
      .text();
    const { name, precision }: { name?: unknown; precision?: unknown } = JSON.parse(text ?? "{}");
    return typeof name === "string" && name !== ""
      ? `${name.slice(0, 80)}${typeof precision === "string" ? ` ${precision}` : ""}`
      : "model";
  } catch {
    return "model";
  }
}
