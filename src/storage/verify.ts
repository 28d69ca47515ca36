import { createSHA256 } from "hash-wasm";
import type { ModelFolder } from "../runtime/types.ts";
import { CascadeError } from "../shared/errors.ts";
import type { FileEntry } from "../shared/manifest.ts";
import { filesOf, parseManifest } from "../shared/parse-manifest.ts";

/** What is wrong with a file of a model. */
export interface Damage {
  readonly file: string;
  /** One sentence. */
  readonly what: string;
}

/** Bytes read at a time. */
const PIECE = 2 ** 24;

/** Re-checks size and SHA-256 of every file `cascade.json` names; yields bytes checked of all. Returns the damage, file by file. */
export async function* verifyModel(
  folder: ModelFolder,
  signal?: AbortSignal,
): AsyncGenerator<{ readonly checked: number; readonly total: number }, readonly Damage[]> {
  const entries = filesOf(parseManifest(await (await folder.read("cascade.json", signal)).text()));
  const total = entries.reduce((sum, { size }) => sum + size, 0);
  const damages: Damage[] = [];
  let checked = 0;
  for (const entry of entries) {
    const checking = checkFile(folder, entry, signal);
    let step = await checking.next();
    for (; !step.done; step = await checking.next()) yield { checked: checked + step.value, total };
    if (step.value !== undefined) damages.push({ file: entry.file, what: step.value });
    checked += entry.size;
    yield { checked, total };
  }
  return damages;
}

async function* checkFile(folder: ModelFolder, entry: FileEntry, signal?: AbortSignal): AsyncGenerator<number, string | undefined> {
  const { file, size, sha256 } = entry;
  let blob: Blob;
  try {
    blob = await folder.read(file, signal);
  } catch (error) {
    if (error instanceof CascadeError && error.code === "bad-model") return error.message;
    throw error;
  }
  if (blob.size !== size) return `${file} has ${blob.size} bytes instead of ${size}.`;
  const hash = (await createSHA256()).init();
  for (let at = 0; at < size; at += PIECE) {
    if (signal?.aborted) throw new CascadeError("aborted", "The check was cancelled.", { cause: signal.reason });
    hash.update(new Uint8Array(await blob.slice(at, at + PIECE).arrayBuffer()));
    yield Math.min(size, at + PIECE);
  }
  return hash.digest("hex") === sha256 ? undefined : `${file} is damaged: its SHA-256 is not the one cascade.json names.`;
}
