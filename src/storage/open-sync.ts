import { CascadeError } from "../shared/errors.ts";
import type { Directory, SyncHandle } from "./file-system.ts";

/** Milliseconds to wait for a file to open; it takes some. */
const PATIENCE = 10_000;
const TRIES = 3;

/**
 * Opens a file to be written, making it where there is none. An answer that does not come is asked for again, and a late one closed: twice a conversion
 * stood still in its last step with a file made and nothing in it yet. That was rather cascade.json, which was opened before its bytes were waited for
 * (model-writer.ts); this has not been seen to be needed since.
 * Rejects with `storage-busy` where no answer comes.
 */
export async function openSync(folder: Directory, name: string): Promise<SyncHandle> {
  for (let tried = 0; tried < TRIES; tried++) {
    let late = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const opening = folder.getFileHandle(name, { create: true }).then(async (file) => file.createSyncAccessHandle());
    opening.then((handle) => late && handle.close()).catch(() => undefined);
    const patience = new Promise<undefined>((resolve) => {
      timer = setTimeout(resolve, PATIENCE, undefined);
    });
    try {
      const handle = await Promise.race([opening, patience]);
      if (handle !== undefined) return handle;
      late = true;
    } finally {
      clearTimeout(timer);
    }
  }
  throw new CascadeError("storage-busy", `The browser does not open ${name}: reload the page, then go on; what is finished is kept.`);
}
