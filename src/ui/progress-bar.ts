import { effect } from "@preact/signals-core";
import { h } from "./dom.ts";
import { fraction, NOT_STARTED, progressText, STAGES, stageFraction } from "./progress.ts";
import type { PageState } from "./state.ts";

/** Stage and step in words, and one bar whose parts are the stages. */
export function progressBar({ run }: PageState): HTMLElement {
  const progress = () => run.value?.progress ?? NOT_STARTED;
  const bar = h("div", {
    class: "bar",
    role: "progressbar",
    "aria-label": () => progressText(progress()),
    "aria-valuemin": 0,
    "aria-valuemax": 100,
    "aria-valuenow": () => Math.round(100 * fraction(progress())),
    "aria-valuetext": () => progressText(progress()),
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
    h("p", { class: "progress-text", "aria-hidden": "true" }, () => progressText(progress())),
    bar,
  );
}
