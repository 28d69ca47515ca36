import { h, on } from "../dom.ts";
import { t } from "../strings/language.ts";
import type { ModelActions } from "./model-actions.ts";
import type { ModelsState } from "./models-state.ts";
import { secondsLeft } from "./seconds-left.ts";
import { taskBar } from "./task-bar.ts";
import { taskFacts, taskHead } from "./task-words.ts";

/** The work at hand as one line of the page, while the dialogue is closed; without work, what was left unfinished by an earlier visit. */
export function taskLine({ task, unfinished }: ModelsState, actions: ModelActions, open: () => void, isOpen: () => boolean): HTMLElement {
  const wait = secondsLeft(() => task.value?.waitsUntil);
  const cut = () => (task.value === undefined ? unfinished.value.find(({ busy }) => !busy) : undefined);
  const words = (): string => {
    const now = task.value;
    if (now === undefined) return cut() === undefined ? "" : t().models.unfinished.offer(cut()?.name ?? "");
    return now.state === "failed" ? (now.problem?.message ?? taskHead(now)) : taskHead(now);
  };
  const facts = (): string => {
    const now = task.value;
    if (now === undefined || now.state === "done" || now.state === "failed") return "";
    return now.state === "paused" ? t().models.task.paused : taskFacts(now, wait.value);
  };
  const made = () => task.value?.state === "done" && (task.value.kind === "convert" || task.value.kind === "import");
  return h(
    "section",
    {
      class: "notice task-line",
      "aria-label": () => t().models.task.region,
      hidden: () => isOpen() || (task.value === undefined && cut() === undefined),
    },
    h("p", { class: "task-title" }, words),
    h("p", { class: "hint", hidden: () => facts() === "" }, facts),
    h("div", { hidden: () => task.value === undefined }, taskBar(task)),
    h(
      "div",
      { class: "notice-actions" },
      on(
        h("button", { type: "button", class: "secondary", hidden: () => !made() }, () => t().models.task.useNow),
        { click: () => void actions.useFinished() },
      ),
      on(
        h("button", { type: "button", class: "quiet" }, () => t().models.task.show),
        { click: open },
      ),
      on(
        h("button", { type: "button", class: "quiet", hidden: () => task.value?.state !== "done" }, () => t().models.task.dismiss),
        { click: () => actions.dismiss() },
      ),
    ),
  );
}
