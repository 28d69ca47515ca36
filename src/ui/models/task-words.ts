import { duration } from "../duration.ts";
import { t } from "../strings/language.ts";
import { bytesText } from "./bytes.ts";
import type { Task } from "./task.ts";

/** What a task does, in words. */
export function taskTitle({ kind, name }: Pick<Task, "kind" | "name">): string {
  return t().models.task.kinds[kind](name);
}

/** What a task does, or what came of it. */
export function taskHead(task: Task): string {
  return task.state === "done" && task.outcome !== undefined ? task.outcome() : taskTitle(task);
}

/** Percent of the work that is done; 0 while the sources are looked at. */
export function taskPercent({ done, total }: Pick<Task, "done" | "total">): number {
  return total === undefined || total === 0 ? 0 : Math.floor((100 * done) / total);
}

/** Bytes, rate and time left, in one line. `wait`: seconds the host asked us to wait. */
export function taskFacts(task: Task, wait: number): string {
  const words = t().models.task;
  const { done, total, rate, left, part, downloaded } = task;
  if (total === undefined) return [words.starting, ...(wait > 0 ? [words.waiting(wait)] : [])].join(" · ");
  const facts = [words.of(bytesText(done), bytesText(total))];
  if (task.state === "running") {
    if (part !== undefined) facts.unshift(t().models.own.partNames[part]);
    if (downloaded !== undefined) facts.push(words.downloaded(bytesText(downloaded)));
    if (wait > 0) facts.push(words.waiting(wait));
    else if (done >= total) facts.push(words.checking);
    else {
      if (rate !== undefined) facts.push(words.rate(bytesText(rate)));
      if (left !== undefined) facts.push(words.left(duration(Math.max(1, Math.round(left)))));
    }
  }
  return facts.join(" · ");
}
