import type { MarkedWeight, OutputFolder, SourceState } from "../convert/output-folder.ts";
import type { Directory, SyncHandle } from "./file-system.ts";
import { openJournal } from "./model-journal.ts";
import { openSync } from "./open-sync.ts";
import { writeAll } from "./write-all.ts";

/** Marks are kept back for so long (milliseconds), or so many bytes: to make bytes safe on disk takes long against a small weight. */
const MARK_EVERY = 100;
const MARK_BYTES = 2 ** 23;

/**
 * A model's folder as a converter's output, with a journal. `cascade.json` is written at `commit`, last, so that a model without it is
 * unfinished; the journal stays with the finished model, for repairs. Flushed data, then its mark: a mark is never ahead of its bytes. Marks that were kept
 * back are written when the work ends, however it ends; only a tab that is killed loses them, a tenth of a second's work.
 */
export async function openModelWriter(folder: Directory, identity: string): Promise<OutputFolder> {
  const journal = await openJournal(folder, identity);
  const open = new Map<string, SyncHandle>();
  /** Written to since they were last made safe. */
  const dirty = new Set<SyncHandle>();
  let manifest: Uint8Array<ArrayBuffer>[] = [];
  let kept: MarkedWeight[] = [];
  let sources: ReadonlyMap<number, SourceState> = new Map();
  let keptBytes = 0;
  let marked = performance.now();

  function flush(): void {
    for (const handle of dirty) handle.flush();
    dirty.clear();
  }

  async function markKept(): Promise<void> {
    if (kept.length === 0) return;
    flush();
    await journal.mark(kept, sources);
    kept = [];
    keptBytes = 0;
    marked = performance.now();
  }

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
      const handle = await openSync(folder, file);
      open.set(file, handle);
      return {
        async write(bytes, at) {
          dirty.add(handle);
          writeAll(handle, bytes, at);
        },
        async read(at, length) {
          const bytes = new Uint8Array(length);
          return bytes.subarray(0, handle.read(bytes, { at }));
        },
        async close() {
          handle.flush();
          handle.close();
          dirty.delete(handle);
          open.delete(file);
        },
      };
    },
    journal: {
      ...journal,
      async mark(weights, states) {
        kept.push(...weights);
        sources = states;
        keptBytes += weights.reduce((sum, { begin, end }) => sum + end - begin, 0);
        if (keptBytes >= MARK_BYTES || performance.now() - marked >= MARK_EVERY) await markKept();
      },
      async close(entry) {
        await markKept();
        await journal.close(entry);
      },
    },
    async commit() {
      await markKept();
      closeAll();
      if (manifest.length === 0) return; // parts of a model, which stay unfinished
      const handle = await openSync(folder, "cascade.json");
      // Nothing is waited for while the file is there and empty: a cut would leave that, and a Blob's bytes did once not come.
      try {
        handle.truncate(0);
        writeAll(handle, joined(manifest), 0);
        handle.flush();
      } finally {
        handle.close();
      }
    },
    async discard() {
      try {
        await markKept();
      } catch {
        // Where storage is full or broken, what was marked before is what there is.
      }
      closeAll();
    },
  };
}

function joined(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
