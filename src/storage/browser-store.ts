import { CascadeError } from "../shared/errors.ts";
import type { Space } from "./file-system.ts";
import { type ModelStore, modelStore } from "./model-store.ts";

/** The models in this browser. Rejects with `no-storage` where it gives pages no file system (private windows of some, old versions). */
export async function browserStore(): Promise<ModelStore> {
  try {
    const root = await navigator.storage.getDirectory();
    return modelStore(await root.getDirectoryHandle("models", { create: true }), navigator.locks);
  } catch (error) {
    throw new CascadeError(
      "no-storage",
      "This browser gives the page no storage for models: leave the private window, or use a current Chrome, Edge, Firefox or Safari over https. The embedded model works without.",
      { cause: error },
    );
  }
}

/** Space of this origin, and whether it is kept. */
export async function storageSpace(): Promise<Space> {
  const { usage = 0, quota = 0 } = await navigator.storage.estimate();
  return { used: usage, quota, persisted: await navigator.storage.persisted() };
}

/** Rejects with `storage-full` where `bytes` more would not fit. */
export async function checkSpace(bytes: number): Promise<void> {
  const { used, quota } = await storageSpace();
  if (quota === 0 || used + bytes <= quota) return;
  const gigabytes = (value: number) => `${(value / 1e9).toFixed(1)} GB`;
  throw new CascadeError(
    "storage-full",
    `The model needs ${gigabytes(bytes)}, but the browser has ${gigabytes(Math.max(0, quota - used))} left: free disk space or delete a model.`,
  );
}
