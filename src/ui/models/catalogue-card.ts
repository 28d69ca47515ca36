import { computed } from "@preact/signals-core";
import { type CatalogueModel, jobOf } from "../../catalogue/catalogue.ts";
import { type Reason, verdict } from "../../catalogue/verdict.ts";
import { h, icon, on } from "../dom.ts";
import { duration } from "../duration.ts";
import { keyedList } from "../keyed-list.ts";
import { t } from "../strings/language.ts";
import { bytesText } from "./bytes.ts";
import { TICK, WARNING } from "./icons.ts";
import type { ModelsState } from "./models-state.ts";
import { reasonText } from "./reason-words.ts";

/** A published model: what it costs, and whether this device can run it. */
export function catalogueCard(state: ModelsState, model: CatalogueModel, choose: () => void): HTMLLIElement {
  const said = computed(() => verdict(model.files, state.precision.value, state.measure.value, state.space.value));
  const isHere = () => state.models.value?.some(({ id }) => id === jobOf(model, state.precision.value).id) ?? false;
  const memory = (stage: "stage-c" | "stage-b") => bytesText(said.value.stages.find((one) => one.stage === stage)?.memory ?? 0);
  const words = () => t().models.get;
  const name = () => t().models.get.names[model.id] ?? model.name;
  const isKnown = () => state.measure.value !== undefined;
  const isGood = () => said.value.runs && said.value.fits;
  const fact = (label: () => string, value: () => string): HTMLElement => h("div", {}, h("dt", {}, label), h("dd", {}, value));
  const reasons = () => said.value.reasons.filter(({ code }) => code !== "not-persisted");
  const reasonAt = (code: Reason["code"]) => reasons().find((reason) => reason.code === code);
  const good = h("span", { class: "mark good", hidden: () => !isKnown() || !isGood() }, icon(TICK));
  const bad = h("span", { class: "mark bad", hidden: isGood }, icon(WARNING));
  return h(
    "li",
    { class: "card", "data-good": () => isKnown() && isGood() },
    h(
      "div",
      { class: "model-head" },
      h("h4", {}, name),
      h("span", { class: "badge", hidden: () => !isHere() }, () => words().here),
    ),
    h("p", { class: "hint" }, () => words().taglines[model.id] ?? ""),
    h(
      "dl",
      { class: "facts" },
      fact(
        () => words().download,
        () => bytesText(said.value.download),
      ),
      fact(
        () => words().stored,
        () => bytesText(said.value.stored),
      ),
      fact(
        () => words().memory,
        () => words().memoryOf(memory("stage-c"), memory("stage-b")),
      ),
      fact(
        () => words().picture,
        () => (said.value.seconds === undefined ? words().unknown : words().about(duration(Math.max(1, Math.round(said.value.seconds))))),
      ),
    ),
    h(
      "p",
      { class: "verdict" },
      good,
      bad,
      h("span", {}, () =>
        !said.value.fits ? words().fitsNot : !said.value.runs ? words().runsNot : isKnown() ? words().runs : words().maybe,
      ),
    ),
    keyedList(
      { class: "reasons hint" },
      () => [...new Set(reasons().map(({ code }) => code))],
      (code) =>
        h("li", {}, () => {
          const reason = reasonAt(code);
          return reason === undefined ? "" : reasonText(reason);
        }),
    ),
    h(
      "div",
      { class: "model-actions" },
      on(
        h(
          "button",
          { type: "button", class: "secondary", hidden: isHere, "aria-label": () => words().chooseNamed(name()) },
          () => words().choose,
        ),
        { click: choose },
      ),
    ),
  );
}
