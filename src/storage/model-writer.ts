import type { Finished, OutputFolder } from "../convert/output-folder.ts";
import { type Directory, fileSize, findFile, type SyncHandle } from "./file-system.ts";

/** Beside the model's files: one line that identifies sources and plan, then one for each weight that is finished. */
export const JOURNAL = "journal.jsonl";

/**
 * A model's folder as a converter's output, with a journal. `cascade.json` is written at `commit`, last, so that a model without it is
 * unfinished; the journal stays with the finished model, for repairs. Flushed data, then its mark: a mark is never ahead of its bytes.
 */
export async function openModelWriter(folder: Directory, identity: string): Promise<OutputFolder> {
  const marks = await readJournal(folder, identity);
  const journal = await startJournal(folder, identity, marks);
  const open = new Map<string, SyncHandle>();
  let manifest: Uint8Array<ArrayBuffer>[] = [];

  function closeAll(): void {
    for (const handle of open.values()) handle.close();
    open.clear();
    journal.close();
  }

  return {
    async create(file, kept = 0) {
      if (file === "cascade.json") {
        manifest = [];
        return {
          write: async (bytes) => {
            manifest.push(bytes.slice());
          },
          close: async () => {},
        };
      }
      const handle = await (await folder.getFileHandle(file, { create: true })).createSyncAccessHandle();
      open.set(file, handle);
      handle.truncate(kept);
      let position = kept;
      return {
        async write(bytes) {
          writeAll(handle, bytes, position);
          position += bytes.length;
        },
        async close() {
          handle.flush();
          handle.close();
          open.delete(file);
        },
      };
    },
    journal: {
      finished: (file) => marks.get(file),
      async mark(file, finished) {
        open.get(file)?.flush();
        journal.add({ file, ...finished });
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

/** How far each file is finished. A journal of other sources, or none, means nothing is. */
async function readJournal(folder: Directory, identity: string): Promise<Map<string, Finished>> {
  const marks = new Map<string, Finished>();
  const lines = ((await (await findFile(folder, JOURNAL))?.text()) ?? "").split("\n");
  if (lines[0] !== JSON.stringify({ identity })) {
    for await (const name of folder.keys()) await folder.removeEntry(name);
    return marks;
  }
  // The last line is empty, or was cut while it was written.
  for (const line of lines.slice(1, -1)) {
    const { file, position, hash } = JSON.parse(line);
    marks.set(file, { position, hash });
  }
  for (const [file, { position }] of marks) {
    const size = await fileSize(folder, file);
    if (size < position) marks.delete(file); // removed, or damaged
  }
  return marks;
}

/** Writes the journal anew, so that a line cut short is gone and lines that were overtaken too. */
async function startJournal(folder: Directory, identity: string, marks: ReadonlyMap<string, Finished>) {
  const handle = await (await folder.getFileHandle(JOURNAL, { create: true })).createSyncAccessHandle();
  let position = 0;
  let closed = false;
  const append = (value: object): void => {
    const bytes = new TextEncoder().encode(`${JSON.stringify(value)}\n`);
    writeAll(handle, bytes, position);
    position += bytes.length;
  };
  // Shorter than what it replaces, or equal: what is behind is cut off afterwards, so no moment has less than is true.
  append({ identity });
  for (const [file, finished] of marks) append({ file, ...finished });
  handle.truncate(position);
  handle.flush();
  return {
    add(value: object): void {
      append(value);
      handle.flush();
    },
    close(): void {
      if (!closed) handle.close();
      closed = true;
    },
  };
}

/** Writes all bytes; a handle that takes fewer has met the quota. */
function writeAll(handle: SyncHandle, bytes: Uint8Array<ArrayBuffer>, at: number): void {
  const written = handle.write(bytes, { at });
  if (written !== bytes.length) throw new DOMException(`${written} of ${bytes.length} bytes were taken`, "QuotaExceededError");
}
