import { effect, type ReadonlySignal } from "@preact/signals-core";
import { h } from "../dom.ts";
import type { Task } from "./task.ts";
import { taskPercent, taskTitle } from "./task-words.ts";

/** The progress of the work at hand. Without a value while the sources are looked at. */
export function taskBar(task: ReadonlySignal<Task | undefined>): HTMLElement {
  const fill = h("span", { class: "fill" });
  const percent = () => (task.value === undefined ? 0 : taskPercent(task.value));
  effect(() => {
    fill.style.transform = `scaleX(${percent() / 100})`;
  });
  return h(
    "div",
    {
      class: "bar",
      role: "progressbar",
      "aria-label": () => (task.value === undefined ? "" : taskTitle(task.value)),
      "aria-valuemin": 0,
      "aria-valuemax": 100,
      "aria-valuenow": () => (task.value?.total === undefined ? undefined : percent()),
      hidden: () => task.value?.state === "failed" || task.value?.state === "done",
    },
    h("span", { class: "part", "data-active": () => task.value?.state === "running" }, fill),
  );
}
