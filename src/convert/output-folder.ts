/**
 * Where a converted model goes: a directory in Node, the browser's own storage, or memory. Nothing shows under its name before
 * `commit`, so a model cut short is never taken for one.
 */
export interface OutputFolder {
  /** Starts a file, or goes on after its first `kept` bytes (only where there is a journal); its bytes are written in order. */
  create(file: string, kept?: number): Promise<OutputFile>;
  /** Makes all closed files appear, `cascade.json` last. */
  commit(): Promise<void>;
  /** Removes everything written since the start; with a journal, what it says is finished stays. Safe to call at any time, and twice. */
  discard(): Promise<void>;
  /** What an earlier conversion of the same sources, cut short, had finished. Absent: each conversion starts anew. */
  readonly journal?: Journal;
}

/** Remembers which weights are written, so that a cut costs at most one of them. */
export interface Journal {
  /** How far `file` is finished. */
  finished(file: string): Finished | undefined;
  /** Notes that all bytes written so far are finished, once they are safe on disk. */
  mark(file: string, finished: Finished): Promise<void>;
}

export interface Finished {
  /** Bytes, up to the end of a weight. */
  readonly position: number;
  /** State of the file's SHA-256 there, hex. */
  readonly hash: string;
}

export interface OutputFile {
  /** Rejects with `storage-full` where there is no room. */
  write(bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  close(): Promise<void>;
}

/** A folder in memory, for small models and tests; `files` fills at `commit`. */
export function memoryFolder(): OutputFolder & { readonly files: ReadonlyMap<string, Uint8Array<ArrayBuffer>> } {
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  const written = new Map<string, Uint8Array<ArrayBuffer>[]>();
  return {
    files,
    async create(file) {
      const pieces: Uint8Array<ArrayBuffer>[] = [];
      written.set(file, pieces);
      return {
        async write(bytes) {
          pieces.push(bytes.slice());
        },
        async close() {},
      };
    },
    async commit() {
      for (const [file, pieces] of written) files.set(file, new Uint8Array(await new Blob(pieces).arrayBuffer()));
      written.clear();
    },
    async discard() {
      written.clear();
    },
  };
}
