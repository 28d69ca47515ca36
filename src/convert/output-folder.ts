import type { FileEntry } from "../shared/manifest.ts";

/**
 * Where a converted model goes: a directory in Node, the browser's own storage, or memory. Nothing shows under its name before
 * `commit`, so a model cut short is never taken for one.
 */
export interface OutputFolder {
  /** Opens a file; what a journal says is finished in it is kept. */
  create(file: string): Promise<OutputFile>;
  /** Makes all closed files appear, `cascade.json` last. */
  commit(): Promise<void>;
  /** Removes everything written since the start; with a journal, what it says is finished stays. Safe to call at any time, and twice. */
  discard(): Promise<void>;
  /** What an earlier conversion of the same sources, cut short, had finished. Absent: each conversion starts anew. */
  readonly journal?: Journal;
}

/** Remembers which weights are written, so that a cut costs at most one of them. */
export interface Journal {
  /** Weights whose bytes are written, by the names they were marked with. */
  readonly weights: ReadonlySet<string>;
  /** Files that are whole, by name. */
  readonly files: ReadonlyMap<string, FileEntry>;
  /** How far each source was read in its own order, with its hash, by the source's number. */
  readonly sources: ReadonlyMap<number, SourceState>;
  /** Notes weights as finished, once all bytes written so far are safe on disk, and how far the sources are. */
  mark(weights: readonly MarkedWeight[], sources: ReadonlyMap<number, SourceState>): Promise<void>;
  /** Notes that a file is whole. */
  close(entry: FileEntry): Promise<void>;
  /** Notes how many bytes there will be, so that lists can say how far an unfinished model is. */
  expect(total: number): Promise<void>;
}

export interface MarkedWeight {
  readonly name: string;
  readonly file: string;
  /** Its first byte in the file. */
  readonly begin: number;
  /** Byte of the file behind its last one. */
  readonly end: number;
}

/** A source read from its start up to `position`; `hash` is the state of its SHA-256 there, hex. */
export interface SourceState {
  readonly position: number;
  readonly hash: string;
}

export interface OutputFile {
  /** Writes at byte `at`, in any order; bytes never written are 0. Rejects with `storage-full` where there is no room. */
  write(bytes: Uint8Array<ArrayBuffer>, at: number): Promise<void>;
  /** Bytes written before. */
  read(at: number, length: number): Promise<Uint8Array<ArrayBuffer>>;
  close(): Promise<void>;
}

/** The same folder, with a look at the sources once all is written and before anything appears. */
export function checkedFolder(folder: OutputFolder, check: () => Promise<void>): OutputFolder {
  return {
    ...folder,
    async commit() {
      await check();
      await folder.commit();
    },
  };
}

/** A folder in memory, for small models and tests; `files` fills at `commit`. */
export function memoryFolder(): OutputFolder & { readonly files: ReadonlyMap<string, Uint8Array<ArrayBuffer>> } {
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  const written = new Map<string, Uint8Array<ArrayBuffer>>();
  return {
    files,
    async create(file) {
      let content = new Uint8Array(0);
      return {
        async write(bytes, at) {
          const end = at + bytes.length;
          if (end > content.length) {
            const grown = new Uint8Array(Math.max(end, 2 * content.length));
            grown.set(content);
            content = grown;
          }
          content.set(bytes, at);
          written.set(file, content.subarray(0, Math.max(end, written.get(file)?.length ?? 0)));
        },
        read: async (at, length) => content.slice(at, at + length),
        async close() {},
      };
    },
    async commit() {
      for (const [file, content] of written) files.set(file, content.slice());
      written.clear();
    },
    async discard() {
      written.clear();
    },
  };
}
