import type { PartName } from "../../shared/manifest.ts";
import type { Problem } from "../state.ts";
import type { Meter } from "./meter.ts";
import type { JobEvent } from "./types.ts";

/** What is at work: one thing at a time. */
export interface Task {
  readonly kind: TaskKind;
  /** The model's, in the store. */
  readonly id: string;
  readonly name: string;
  /** The host it reads from; undefined for files on disk. */
  readonly origin?: string;
  readonly state: "running" | "paused" | "failed" | "done";
  /** Bytes of the work that are done, of all there are; no total while the sources are looked at. */
  readonly done: number;
  readonly total?: number;
  /** Bytes a second, of what is written or checked. */
  readonly rate?: number | undefined;
  /** Seconds. */
  readonly left?: number | undefined;
  readonly part?: PartName;
  /** Bytes that came from a host in this run. */
  readonly downloaded?: number;
  /** When the host lets us ask again (milliseconds since 1970). */
  readonly waitsUntil?: number | undefined;
  /** What was assumed, or left out. */
  readonly notes: readonly string[];
  /** Of a conversion: the rules its weights are stored by, as far as its parts are known, the most bytes first. */
  readonly plan?: readonly PlanCost[];
  readonly problem?: Problem;
  /** Of one that is done: what came of it. */
  readonly outcome?: () => string;
}

/** What one rule of the plan comes to. */
export interface PlanCost {
  readonly precision: "q4" | "q8" | "f16" | "f32";
  readonly why: string;
  readonly bytes: number;
}

export type TaskKind = "convert" | "import" | "check" | "repair" | "export";

/** What a task is told of: the work's own events, and bytes checked. */
export type TaskEvent = JobEvent | { readonly type: "check"; readonly checked: number; readonly total: number };

/** A task that has just begun. */
export function begun(kind: TaskKind, id: string, name: string, [address]: readonly string[] = []): Task {
  return { kind, id, name, state: "running", done: 0, notes: [], ...(address !== undefined && { origin: new URL(address).origin }) };
}

/** The task after an event at `now` (milliseconds since 1970); `meter` is fed with it. */
export function advanced(task: Task, event: TaskEvent, meter: Meter, now: number): Task {
  const measured = (done: number, total: number): Task => {
    meter.add(done, now / 1000);
    return { ...task, done, total, rate: meter.rate(), left: meter.left(total), waitsUntil: undefined };
  };
  switch (event.type) {
    case "progress":
      return { ...measured(event.written, event.total), part: event.part };
    case "copy":
      return measured(event.copied, event.total);
    case "check":
      return measured(event.checked, event.total);
    case "download":
      return { ...task, downloaded: event.bytes, waitsUntil: undefined };
    case "waiting":
      return { ...task, waitsUntil: now + 1000 * event.seconds };
    case "part":
      return { ...task, part: event.part, plan: withCosts(task.plan ?? [], event.costs) };
    case "note":
      return { ...task, notes: [...task.notes, event.message] };
  }
}

/** The plan with a part's costs more; both halves of a precision with or without zero points are one to the user. */
function withCosts(plan: readonly PlanCost[], costs: Extract<JobEvent, { type: "part" }>["costs"]): readonly PlanCost[] {
  const sum = new Map(plan.map((cost) => [cost.why, cost]));
  for (const { rule, bytes } of costs) {
    const precision = rule.precision === "q4z" ? "q4" : rule.precision === "q8z" ? "q8" : rule.precision;
    sum.set(rule.why, { precision, why: rule.why, bytes: (sum.get(rule.why)?.bytes ?? 0) + bytes });
  }
  return [...sum.values()].toSorted((a, b) => b.bytes - a.bytes);
}
