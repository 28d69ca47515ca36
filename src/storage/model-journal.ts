import type { Journal, MarkedWeight, SourceState } from "../convert/output-folder.ts";
import { BESIDE } from "../shared/beside.ts";
import type { FileEntry } from "../shared/manifest.ts";
import { type Directory, fileSize, findFile } from "./file-system.ts";
import { openSync } from "./open-sync.ts";
import { writeAll } from "./write-all.ts";

const { journal: JOURNAL } = BESIDE;

/** A line of the journal after the first. */
type Line =
  | { readonly weights: readonly MarkedWeight[]; readonly sources: readonly (readonly [number, SourceState])[] }
  | { readonly closed: FileEntry }
  | { readonly total: number }
  /** What was said of this file before holds no more. */
  | { readonly lost: string };

/**
 * Opens a folder's journal. One of other sources, or none, means nothing is finished: what is there is removed, but the job.
 * It is only ever added to, so that no moment has less in it than is true.
 */
export async function openJournal(folder: Directory, identity: string): Promise<Journal & { release(): void }> {
  const start = `${JSON.stringify({ identity })}\n`;
  const text = (await (await findFile(folder, JOURNAL))?.text()) ?? "";
  const same = text.startsWith(start);
  if (!same) for await (const name of folder.keys()) if (name !== BESIDE.job) await folder.removeEntry(name);
  // What follows the last line's end was cut while it was written.
  const kept = same ? text.slice(0, text.lastIndexOf("\n") + 1) : start;

  const handle = await openSync(folder, JOURNAL);
  let position = 0;
  const add = (lines: string): void => {
    const bytes = new TextEncoder().encode(lines);
    writeAll(handle, bytes, position);
    position += bytes.length;
    handle.flush();
  };
  let open = true;
  function release(): void {
    if (open) handle.close();
    open = false;
  }

  try {
    if (same) position = new TextEncoder().encode(kept).length;
    else add(kept);
    handle.truncate(position);
    const { weights, files, sources, total } = readLines(kept.slice(start.length));
    for (const file of await damaged(folder, weights, files)) {
      add(`${JSON.stringify({ lost: file } satisfies Line)}\n`);
      forget(file, weights, files);
    }
    return {
      weights: new Set(weights.keys()),
      files,
      sources,
      async mark(marked, states) {
        add(`${JSON.stringify({ weights: marked, sources: [...states] } satisfies Line)}\n`);
      },
      async close(closed) {
        add(`${JSON.stringify({ closed } satisfies Line)}\n`);
      },
      async expect(expected) {
        if (expected !== total) add(`${JSON.stringify({ total: expected } satisfies Line)}\n`);
      },
      release,
    };
  } catch (error) {
    release();
    throw error;
  }
}

/** How far an unfinished model is by its journal, and of how many bytes (0: not known yet); undefined where it has none. */
export async function progressOf(folder: Directory): Promise<Progress | undefined> {
  const file = await findFile(folder, JOURNAL);
  if (file === undefined) return undefined;
  const text = await file.text();
  const { weights, files, total } = readLines(text.slice(text.indexOf("\n") + 1));
  // A conversion counts its weights, an import its files.
  const done = weights.size > 0 ? [...weights.values()].map(({ begin, end }) => end - begin) : [...files.values()].map(({ size }) => size);
  const bytes = done.reduce((sum, size) => sum + size, 0);
  return { bytes: Math.min(bytes, total), total, changed: file.lastModified };
}

export interface Progress {
  readonly bytes: number;
  readonly total: number;
  /** Milliseconds since 1970. */
  readonly changed: number;
}

interface Finished {
  readonly weights: Map<string, MarkedWeight>;
  readonly files: Map<string, FileEntry>;
  readonly sources: Map<number, SourceState>;
  total: number;
}

function readLines(text: string): Finished {
  const finished: Finished = { weights: new Map(), files: new Map(), sources: new Map(), total: 0 };
  for (const json of text.split("\n").slice(0, -1)) {
    const line: Line = JSON.parse(json);
    if ("lost" in line) forget(line.lost, finished.weights, finished.files);
    else if ("total" in line) finished.total = line.total;
    else if ("closed" in line) finished.files.set(line.closed.file, line.closed);
    else {
      for (const weight of line.weights) finished.weights.set(weight.name, weight);
      for (const [number, state] of line.sources) finished.sources.set(number, state);
    }
  }
  return finished;
}

/** Files that have lost bytes since the journal spoke of them: removed for a repair, or cut. */
async function damaged(folder: Directory, weights: ReadonlyMap<string, MarkedWeight>, files: ReadonlyMap<string, FileEntry>) {
  const least = new Map<string, number>();
  for (const { file, size } of files.values()) least.set(file, size);
  for (const { file, end } of weights.values()) least.set(file, Math.max(end, least.get(file) ?? 0));
  const found: string[] = [];
  for (const [file, size] of least) if ((await fileSize(folder, file)) < size) found.push(file);
  return found;
}

function forget(file: string, weights: Map<string, MarkedWeight>, files: Map<string, FileEntry>): void {
  files.delete(file);
  for (const weight of weights.values()) if (weight.file === file) weights.delete(weight.name);
}
