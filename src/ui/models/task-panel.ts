import { effect } from "@preact/signals-core";
import { h, on } from "../dom.ts";
import { t } from "../strings/language.ts";
import { told } from "../strings/told.ts";
import { confirmed } from "./confirmed.ts";
import type { ModelActions } from "./model-actions.ts";
import type { ModelsState } from "./models-state.ts";
import { planList } from "./plan-list.ts";
import { secondsLeft } from "./seconds-left.ts";
import type { Task } from "./task.ts";
import { taskBar } from "./task-bar.ts";
import { taskFacts, taskHead } from "./task-words.ts";
import { tokenFields } from "./token-fields.ts";

/** What is at work, at the foot of the dialogue: how far it is, and pausing, cancelling, going on. */
export function taskPanel({ task, space, keepRefused }: ModelsState, actions: ModelActions): HTMLElement {
  const wait = secondsLeft(() => task.value?.waitsUntil);
  const is = (...states: readonly Task["state"][]) => task.value !== undefined && states.includes(task.value.state);
  const makes = () => task.value?.kind === "convert" || task.value?.kind === "import";
  const words = () => t().models.task;
  const head = () => (task.value === undefined ? "" : taskHead(task.value));
  const facts = (): string => {
    if (task.value === undefined || is("done", "failed")) return "";
    return is("paused")
      ? `${words().paused} ${task.value.total === undefined ? "" : taskFacts(task.value, 0)}`
      : taskFacts(task.value, wait.value);
  };
  const button = (
    label: () => string,
    hidden: () => boolean,
    click: (self: HTMLElement) => void,
    kind = "secondary",
  ): HTMLButtonElement => {
    const made = on(h("button", { type: "button", class: kind, hidden }, label), { click: () => click(made) });
    return made;
  };
  const cancelling = confirmed(
    () => words().cancelAsk,
    { label: () => words().discard, act: () => void actions.discard() },
    () => words().keep,
  );
  const goOn = button(
    () => words().goOn,
    () => !is("paused", "failed"),
    () => void actions.again(),
    "primary",
  );
  const panel = h(
    "section",
    { class: "task", "aria-label": () => words().region, hidden: () => task.value === undefined, "data-state": () => task.value?.state },
    h("div", { class: "task-text" }, h("p", { class: "task-title" }, head), h("p", { class: "hint" }, facts)),
    taskBar(task),
    h("p", { class: "field-error", role: "alert", hidden: () => !is("failed") }, () =>
      is("failed") ? (task.value?.problem?.message ?? "") : "",
    ),
    h(
      "ul",
      { class: "task-notes hint", hidden: () => (task.value?.notes.length ?? 0) === 0 },
      h("li", {}, () => task.value?.notes.map(told).join(" ") ?? ""),
    ),
    planList(() => task.value),
    // Asked for when there is something to lose, with the reason.
    h(
      "div",
      { class: "task-keep", hidden: () => !makes() || is("failed") || space.value?.persisted !== false },
      h("p", { class: "hint" }, () => (keepRefused.value ? t().models.space.refused : t().models.space.notKept)),
      button(
        () => t().models.space.keep,
        () => keepRefused.value,
        () => void actions.keep(),
      ),
    ),
    tokenFields("task", () => (is("failed") && task.value?.problem?.code === "no-access" ? task.value.origin : undefined)),
    h(
      "div",
      { class: "model-actions", hidden: () => cancelling.isAsked() },
      goOn,
      button(
        () => words().useNow,
        () => !(is("done") && makes()),
        () => void actions.useFinished(),
        "primary",
      ),
      button(
        () => words().pause,
        () => !is("running"),
        () => void actions.pause().then(() => goOn.focus()),
      ),
      button(
        () => words().cancel,
        () => !is("running", "paused", "failed") || !makes(),
        (self) => {
          void actions.pause();
          cancelling.ask(self);
        },
        "quiet",
      ),
      button(
        () => words().dismiss,
        () => is("running") || ((is("failed") || is("paused")) && makes()) || task.value === undefined,
        () => actions.dismiss(),
        "quiet",
      ),
    ),
    cancelling.element,
  );
  // What became of the work comes to hand by keyboard, too.
  effect(() => {
    if (is("failed") && panel.contains(document.activeElement)) goOn.focus();
  });
  return panel;
}
