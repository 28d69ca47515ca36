import { type Signal, signal } from "@preact/signals-core";
import type { PrecisionName } from "../../shared/manifest.ts";
import type { Problem } from "../state.ts";
import type { Task } from "./task.ts";
import type { DeviceMeasure, Space, StoredModel, UnfinishedModel } from "./types.ts";

export const VIEWS = ["here", "get", "own"] as const;
export type View = (typeof VIEWS)[number];

/** What the models dialogue shows. Its actions write; its components read. */
export interface ModelsState {
  readonly view: Signal<View>;
  /** Complete models; undefined until they were read. */
  readonly models: Signal<readonly StoredModel[] | undefined>;
  readonly unfinished: Signal<readonly UnfinishedModel[]>;
  readonly space: Signal<Space | undefined>;
  /** The browser was asked to keep the models, and did not agree. */
  readonly keepRefused: Signal<boolean>;
  /** Damaged files by model, as the last check found them. */
  readonly damaged: Signal<Readonly<Record<string, readonly string[]>>>;
  /** What this device can do, once it was measured. */
  readonly measure: Signal<DeviceMeasure | undefined>;
  readonly task: Signal<Task | undefined>;
  /** Precision of what is got or converted next. */
  readonly precision: Signal<PrecisionName>;
  /** What keeps every model but the embedded one away: the browser has no storage for them. It stays, whatever is done. */
  readonly noStorage: Signal<Problem | undefined>;
  /** What keeps the dialogue from working at all, or the last action from being done. */
  readonly problem: Signal<Problem | undefined>;
  /** The newest announcement for the dialogue's live region. */
  readonly said: Signal<string>;
}

/** A dialogue that was not opened yet. */
export function modelsState(): ModelsState {
  return {
    view: signal("here"),
    models: signal(undefined),
    unfinished: signal([]),
    space: signal(undefined),
    keepRefused: signal(false),
    damaged: signal({}),
    measure: signal(undefined),
    task: signal(undefined),
    precision: signal("q4"),
    noStorage: signal(undefined),
    problem: signal(undefined),
    said: signal(""),
  };
}
