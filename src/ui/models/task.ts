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
  readonly problem?: Problem;
  /** Of one that is done: what came of it. */
  readonly outcome?: () => string;
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
      return { ...task, part: event.part };
    case "note":
      return { ...task, notes: [...task.notes, event.message] };
  }
}
