import type { Controller } from "./controller.ts";
import { h, on } from "./dom.ts";
import type { PageState } from "./state.ts";
import { t } from "./strings/language.ts";

/** Offers to go on with a run that was cut off: by a reload, a crash, or an error. */
export function unfinishedNotice({ unfinished, run }: PageState, controller: Controller): HTMLElement {
  const shown = () => (run.value === undefined ? unfinished.value : undefined);
  const text = (): string => {
    const cut = shown();
    if (cut === undefined) return "";
    const { settings, state } = cut;
    const [stage, { step }, { steps }] =
      state.stageB === undefined
        ? (["stage-c", state.stageC, settings.stageC] as const)
        : (["stage-b", state.stageB, settings.stageB] as const);
    return t().unfinished.text(settings.prompt, t().progress.step(t().progress.stages[stage], step, steps));
  };
  return h(
    "section",
    { class: "notice", "aria-label": () => t().unfinished.region, hidden: () => shown() === undefined },
    h("p", { role: "status" }, text),
    h(
      "div",
      { class: "notice-actions" },
      on(
        h("button", { type: "button", class: "secondary" }, () => t().unfinished.goOn),
        { click: () => void controller.goOn() },
      ),
      on(
        h("button", { type: "button", class: "quiet" }, () => t().unfinished.discard),
        { click: () => void controller.letGo() },
      ),
    ),
  );
}
