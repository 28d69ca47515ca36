import { createStore, del, get, set } from "idb-keyval";
import type { RunState, Settings } from "../pipeline/types.ts";

/** A run that did not come to its end: enough to go on from its last step. */
export interface Unfinished {
  readonly settings: Settings;
  /** The model it was drawn with; another can't go on. */
  readonly modelUrl: string;
  readonly state: RunState;
}

/** The one unfinished run that is kept, in this browser's storage; nothing where it stores nothing. */
export interface UnfinishedRun {
  read(): Promise<Unfinished | undefined>;
  /** Keeps the newest; while one is written, those between are passed over. */
  keep(run: Unfinished): void;
  /** Forgets it, with what was still to be written. */
  forget(): Promise<void>;
}

const KEY = "run";

/** The run kept in IndexedDB. */
export function unfinishedRun(): UnfinishedRun {
  const store = createStore("cascade-unfinished", "runs");
  let next: Unfinished | undefined;
  let writing: Promise<void> | undefined;
  const write = async (): Promise<void> => {
    try {
      for (let run = next; run !== undefined; run = next) {
        next = undefined;
        await set(KEY, run, store);
      }
    } catch {
      next = undefined; // no storage, or none left: the run itself goes on
    } finally {
      writing = undefined;
    }
  };
  return {
    async read() {
      try {
        const run: unknown = await get(KEY, store);
        return isUnfinished(run) ? run : undefined;
      } catch {
        return undefined;
      }
    },
    keep(run) {
      next = run;
      writing ??= write();
    },
    async forget() {
      next = undefined;
      await writing;
      try {
        await del(KEY, store);
      } catch {
        // Nothing was kept.
      }
    },
  };
}

/** What an earlier version stored is not taken up. */
function isUnfinished(value: unknown): value is Unfinished {
  if (typeof value !== "object" || value === null) return false;
  const { settings, modelUrl, state } = value as Partial<Unfinished>;
  return typeof settings?.prompt === "string" && typeof modelUrl === "string" && state?.stageC?.latent?.data instanceof Float32Array;
}
