import { CascadeError } from "../shared/errors.ts";
import { type ModelStore, modelStore } from "./model-store.ts";

/**
 * The models in this browser, for workers. Rejects with `no-storage` where it gives pages no file system (private windows of some, old versions), or none that a
 * worker can write piece by piece.
 */
export async function browserStore(): Promise<ModelStore> {
  try {
    if (!("createSyncAccessHandle" in FileSystemFileHandle.prototype)) throw new Error("files can't be written in place");
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
