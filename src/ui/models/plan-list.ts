import { h } from "../dom.ts";
import { keyedList } from "../keyed-list.ts";
import { t } from "../strings/language.ts";
import { told } from "../strings/told.ts";
import { bytesText } from "./bytes.ts";
import type { PlanCost, Task } from "./task.ts";

/** Which weights a conversion keeps how exactly, why, and what that costs: the plan's rules, folded away. */
export function planList(task: () => Task | undefined): HTMLElement {
  const plan = (): readonly PlanCost[] => task()?.plan ?? [];
  const line = (why: string): string => {
    const cost = plan().find((one) => one.why === why);
    return cost === undefined ? "" : [t().models.get.precisions[cost.precision], bytesText(cost.bytes), told(why)].join(" · ");
  };
  return h(
    "details",
    { class: "task-plan hint", hidden: () => plan().length === 0 },
    h("summary", {}, () => t().models.task.plan),
    keyedList(
      {},
      () => plan().map(({ why }) => why),
      (why) => h("li", {}, () => line(why)),
    ),
  );
}
