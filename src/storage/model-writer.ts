import type { OutputFolder } from "../convert/output-folder.ts";
import type { Directory, SyncHandle } from "./file-system.ts";
import { openJournal } from "./model-journal.ts";
import { writeAll } from "./write-all.ts";

/**
 * A model's folder as a converter's output, with a journal. `cascade.json` is written at `commit`, last, so that a model without it is
 * unfinished; the journal stays with the finished model, for repairs. Flushed data, then its mark: a mark is never ahead of its bytes.
 */
export async function openModelWriter(folder: Directory, identity: string): Promise<OutputFolder> {
  const journal = await openJournal(folder, identity);
  const open = new Map<string, SyncHandle>();
  let manifest: Uint8Array<ArrayBuffer>[] = [];

  function closeAll(): void {
    for (const handle of open.values()) handle.close();
    open.clear();
    journal.release();
  }

  return {
    async create(file) {
      if (file === "cascade.json") {
        manifest = [];
        return {
          write: async (bytes) => {
            manifest.push(bytes.slice());
          },
          read: async () => new Uint8Array(0),
          close: async () => {},
        };
      }
      const handle = await (await folder.getFileHandle(file, { create: true })).createSyncAccessHandle();
      open.set(file, handle);
      return {
        async write(bytes, at) {
          writeAll(handle, bytes, at);
        },
        async read(at, length) {
          const bytes = new Uint8Array(length);
          return bytes.subarray(0, handle.read(bytes, { at }));
        },
        async close() {
          handle.flush();
          handle.close();
          open.delete(file);
        },
      };
    },
    journal: {
      ...journal,
      async mark(weights, sources) {
        for (const handle of open.values()) handle.flush();
        await journal.mark(weights, sources);
      },
    },
    async commit() {
      closeAll();
      if (manifest.length === 0) return; // parts of a model, which stay unfinished
      const handle = await (await folder.getFileHandle("cascade.json", { create: true })).createSyncAccessHandle();
      try {
        handle.truncate(0);
        writeAll(handle, new Uint8Array(await new Blob(manifest).arrayBuffer()), 0);
        handle.flush();
      } finally {
        handle.close();
      }
    },
    async discard() {
      closeAll();
    },
  };
}
