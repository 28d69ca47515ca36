import { effect } from "@preact/signals-core";
import { h } from "./dom.ts";
import { duration } from "./duration.ts";
import { fraction, NOT_STARTED, progressText, STAGES, stageFraction } from "./progress.ts";
import type { PageState } from "./state.ts";
import { t } from "./strings/language.ts";

/** Stage and step in words, and one bar whose parts are the stages. */
export function progressBar({ run, clock }: PageState): HTMLElement {
  const progress = () => run.value?.progress ?? NOT_STARTED;
  const words = () => (run.value?.waiting === true ? t().progress.otherTab : progressText(progress()));
  const time = (): string => {
    if (clock.value === undefined) return "";
    const { seconds, left } = clock.value;
    const past = duration(Math.floor(seconds));
    return left === undefined ? past : `${past} · ${t().progress.left(duration(Math.max(1, Math.round(left))))}`;
  };
  const bar = h("div", {
    class: "bar",
    role: "progressbar",
    "aria-label": words,
    "aria-valuemin": 0,
    "aria-valuemax": 100,
    "aria-valuenow": () => Math.round(100 * fraction(progress())),
    "aria-valuetext": words,
  });
  for (const { stage, share } of STAGES) {
    const fill = h("span", { class: "fill" });
    const part = h("span", { class: "part", "data-active": () => progress().stage === stage }, fill);
    part.style.flexGrow = String(share);
    effect(() => {
      fill.style.transform = `scaleX(${stageFraction(progress(), stage)})`;
    });
    bar.append(part);
  }
  return h(
    "div",
    { class: "progress", hidden: () => run.value === undefined },
    h("div", { class: "progress-text", "aria-hidden": "true" }, h("p", {}, words), h("p", { class: "progress-time" }, time)),
    bar,
  );
}
