import { CascadeError } from "../shared/errors.ts";
import type { Space } from "./file-system.ts";

/** Space of this origin, and whether it is kept. */
export async function storageSpace(): Promise<Space> {
  const { usage = 0, quota = 0 } = await navigator.storage.estimate();
  return { used: usage, quota, persisted: await navigator.storage.persisted() };
}

/** Rejects with `storage-full` where `bytes` more would not fit. */
export async function checkSpace(bytes: number): Promise<void> {
  const { used, quota } = await storageSpace();
  if (quota === 0 || used + bytes <= quota) return;
  const size = (value: number) => (value < 1e9 ? `${Math.ceil(value / 1e6)} MB` : `${(value / 1e9).toFixed(1)} GB`);
  throw new CascadeError(
    "storage-full",
    `The model needs ${size(bytes)} more, but the browser has ${size(Math.max(0, quota - used))} left: free disk space or delete a model, then start it again; what is finished is kept.`,
  );
}
