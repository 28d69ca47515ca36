import { computed } from "@preact/signals-core";
import { type ModelFacts, type Reason, verdict } from "../../catalogue/verdict.ts";
import { h, icon } from "../dom.ts";
import { duration } from "../duration.ts";
import { keyedList } from "../keyed-list.ts";
import { t } from "../strings/language.ts";
import { bytesText } from "./bytes.ts";
import { TICK, WARNING } from "./icons.ts";
import type { ModelsState } from "./models-state.ts";
import { reasonText } from "./reason-words.ts";

/** What a model costs at the chosen precision, and whether this device can run it: said before anything starts. Nothing while `facts` are not known. */
export function modelCosts(
  state: ModelsState,
  facts: () => ModelFacts | undefined,
): { readonly element: HTMLElement; readonly isGood: () => boolean } {
  const said = computed(() => {
    const model = facts();
    return model && verdict(model, state.precision.value, state.measure.value, state.space.value);
  });
  const words = () => t().models.get;
  const memory = (stage: "stage-c" | "stage-b") => bytesText(said.value?.stages.find((one) => one.stage === stage)?.memory ?? 0);
  const isKnown = () => state.measure.value !== undefined;
  const isGood = () => said.value?.runs === true && said.value.fits;
  const reasons = () => (said.value?.reasons ?? []).filter(({ code }) => code !== "not-persisted");
  const reasonAt = (code: Reason["code"]) => reasons().find((reason) => reason.code === code);
  const fact = (label: () => string, value: () => string, hidden = () => false): HTMLElement =>
    h("div", { hidden }, h("dt", {}, label), h("dd", {}, value));
  const ruling = (): string => {
    if (said.value?.fits === false) return words().fitsNot;
    if (said.value?.runs === false) return words().runsNot;
    return isKnown() ? words().runs : words().maybe;
  };
  const seconds = () => said.value?.seconds;
  const element = h(
    "div",
    { class: "costs", hidden: () => said.value === undefined },
    h(
      "dl",
      { class: "facts" },
      fact(
        () => words().download,
        () => bytesText(said.value?.download ?? 0),
        () => !said.value?.download,
      ),
      fact(
        () => words().stored,
        () => bytesText(said.value?.stored ?? 0),
      ),
      fact(
        () => words().memory,
        () => words().memoryOf(memory("stage-c"), memory("stage-b")),
      ),
      fact(
        () => words().picture,
        () => {
          const known = seconds();
          return known === undefined ? words().unknown : words().about(duration(Math.max(1, Math.round(known))));
        },
      ),
    ),
    h(
      "p",
      { class: "verdict" },
      h("span", { class: "mark good", hidden: () => !isKnown() || !isGood() }, icon(TICK)),
      h("span", { class: "mark bad", hidden: isGood }, icon(WARNING)),
      h("span", {}, ruling),
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
  );
  return { element, isGood: () => isKnown() && isGood() };
}
