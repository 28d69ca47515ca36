import { CascadeError } from "../../shared/errors.ts";
import { stayAwake } from "../stay-awake.ts";
import { t } from "../strings/language.ts";
import { Meter } from "./meter.ts";
import { modelProblem } from "./model-problem.ts";
import type { ModelsState } from "./models-state.ts";
import { advanced, begun, type Task, type TaskEvent, type TaskKind } from "./task.ts";
import { taskPercent, taskTitle } from "./task-words.ts";

/** What is to be done, and how to do it once more after a pause or an error. */
export interface Action {
  readonly kind: TaskKind;
  readonly id: string;
  readonly name: string;
  /** What it reads from hosts. */
  readonly addresses?: readonly string[];
  /** What came of it, in a sentence. */
  readonly said: () => string;
  /** Ends by `aborted` when the signal fires; what is finished stays. */
  readonly run: (signal: AbortSignal, onEvent: (event: TaskEvent) => void) => Promise<void>;
}

export interface TaskRunner {
  /** Whether an action is at work. */
  isBusy(): boolean;
  /** Runs an action, with none at work; resolves to whether it came to its end. */
  start(action: Action): Promise<boolean>;
  /** Ends the action at work, as soon as it has. */
  stop(): Promise<void>;
  /** Takes what is over off the panel. */
  dismiss(): void;
}

/** Milliseconds between two looks at the progress. */
const PACE = 100;

/** One action at a time, its progress in `state.task`. */
export function taskRunner(state: ModelsState): TaskRunner {
  let abort: AbortController | undefined;
  let running: Promise<boolean> | undefined;

  const work = async (action: Action, { signal }: AbortController): Promise<boolean> => {
    const meter = new Meter();
    let task: Task = begun(action.kind, action.id, action.name, action.addresses);
    let timer: ReturnType<typeof setTimeout> | undefined;
    const show = (): void => {
      clearTimeout(timer);
      timer = undefined;
      state.task.value = task;
    };
    const onEvent = (event: TaskEvent): void => {
      const quarter = quarterOf(task);
      task = advanced(task, event, meter, Date.now());
      if (quarterOf(task) > quarter) state.said.value = `${taskTitle(task)}, ${25 * quarterOf(task)} %`;
      timer ??= setTimeout(show, PACE);
    };
    const letSleep = stayAwake();
    state.problem.value = undefined;
    state.said.value = taskTitle(task);
    show();
    try {
      await action.run(signal, onEvent);
      task = { ...task, state: "done", outcome: action.said };
      state.said.value = action.said();
      return true;
    } catch (error) {
      const paused = signal.aborted || (error instanceof CascadeError && error.code === "aborted");
      task = paused ? { ...task, state: "paused" } : { ...task, state: "failed", problem: modelProblem(error) };
      if (paused) state.said.value = t().models.task.paused;
      return false;
    } finally {
      letSleep();
      show();
    }
  };

  const start = async (action: Action): Promise<boolean> => {
    if (running !== undefined) throw new Error("two actions at once");
    abort = new AbortController();
    running = work(action, abort);
    try {
      return await running;
    } finally {
      running = undefined;
    }
  };

  return {
    isBusy: () => running !== undefined,
    start,
    async stop() {
      abort?.abort();
      await running;
    },
    dismiss() {
      if (running === undefined) state.task.value = undefined;
    },
  };
}

/** Quarters that are done, but for the last: its end is said otherwise. */
const quarterOf = (task: Task): number => Math.min(3, Math.floor(taskPercent(task) / 25));
