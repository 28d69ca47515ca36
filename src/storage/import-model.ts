import { type ByteSource, blobSource, readText, throwIfAborted } from "../convert/byte-source.ts";
import { checkGraph, MAX_GRAPH_BYTES } from "../convert/check-graph.ts";
import { createHashed } from "../convert/hashed-file.ts";
import { addressAt, hubAddress } from "../convert/hub.ts";
import type { OutputFolder } from "../convert/output-folder.ts";
import type { Waiting } from "../convert/retry.ts";
import { UrlOpener } from "../convert/url-opener.ts";
import { CascadeError } from "../shared/errors.ts";
import type { CascadeManifest, FileEntry } from "../shared/manifest.ts";
import { filesOf, parseManifest } from "../shared/parse-manifest.ts";
import { keepImport } from "./kept-job.ts";
import type { ModelStore, OpenFolder } from "./model-store.ts";

/** A converted folder to be brought in: its files, or its address (any host that answers ranges, or a hub's `tree` address). */
export interface ImportJob {
  /** Folder name in the store. */
  readonly id: string;
  readonly from: readonly File[] | { readonly url: string };
  /** Bearer token for gated or private files. */
  readonly token?: string;
}

/** What an import tells. */
export type ImportEvent =
  /** Bytes that are in the store, of how many. */
  | { readonly type: "copy"; readonly copied: number; readonly total: number }
  /** The host was asked too much, has failed or is not there: the next try comes after so many seconds. */
  | ({ readonly type: "waiting" } & Waiting);

const MAX_MANIFEST_BYTES = 2 ** 20;
/** Bytes copied at a time. */
const PIECE = 2 ** 23;

/**
 * Copies a folder the converter wrote into the store. Only files `cascade.json` names are read; their sizes, hashes and what the graphs say of them are
 * checked, and a model that fails is not kept. A cut import goes on behind its last whole file. `room` rejects where the bytes don't fit.
 * Rejects with `bad-model`, `download-failed`, `storage-full`, `storage-busy`.
 */
export async function importModel(
  store: ModelStore,
  job: ImportJob,
  onEvent: (event: ImportEvent) => void | Promise<void>,
  signal: AbortSignal,
  room: (bytes: number) => Promise<void> = async () => {},
): Promise<CascadeManifest> {
  let wrong = false;
  const write = async (openFolder: OpenFolder): Promise<CascadeManifest> => {
    const open = opener(job, (waiting) => void onEvent({ type: "waiting", ...waiting }), signal);
    const text = await readText(await open("cascade.json"), MAX_MANIFEST_BYTES, signal);
    const manifest = parseManifest(text);
    const entries = filesOf(manifest);
    const total = entries.reduce((sum, { size }) => sum + size, 0);
    for (const { graph } of Object.values(manifest.parts)) {
      if (graph.size > MAX_GRAPH_BYTES) throw new CascadeError("bad-model", `${graph.file} has ${graph.size} bytes, too many for a graph.`);
    }
    const names = new Set(["cascade.json", ...entries.map(({ file }) => file)]);
    // Of a folder on disk, what the model is made of: the rest need not be chosen again.
    const needed = "url" in job.from ? job.from : job.from.filter(({ name }) => names.has(name));
    const folder = await openFolder(JSON.stringify({ import: text }), keepImport({ ...job, from: needed }));
    try {
      const done = (entry: FileEntry): boolean => folder.journal?.files.get(entry.file)?.sha256 === entry.sha256;
      let copied = entries.filter(done).reduce((sum, { size }) => sum + size, 0);
      await room(total - copied);
      await folder.journal?.expect(total);
      for (const part of Object.values(manifest.parts)) {
        const source = await sized(await open(part.graph.file), part.graph);
        checkGraph(await source.read(0, source.size, signal), part);
      }
      for (const entry of entries) {
        if (done(entry)) continue;
        const source = await sized(await open(entry.file), entry);
        for await (const bytes of copyFile(source, entry, folder, signal)) {
          await onEvent({ type: "copy", copied: copied + bytes, total });
        }
        copied += entry.size;
      }
      const output = await folder.create("cascade.json");
      await output.write(new TextEncoder().encode(text), 0);
      await output.close();
      await folder.commit();
      return manifest;
    } catch (error) {
      wrong = error instanceof CascadeError && error.code === "bad-model";
      throw error;
    } finally {
      await folder.discard();
    }
  };
  try {
    return await store.write(job.id, keepImport(job), write);
  } catch (error) {
    if (wrong) await store.delete(job.id);
    throw error;
  }
}

async function* copyFile(source: ByteSource, entry: FileEntry, folder: OutputFolder, signal: AbortSignal): AsyncGenerator<number> {
  const output = await createHashed(folder, entry.file);
  for (let at = 0; at < entry.size; at += PIECE) {
    throwIfAborted(signal);
    await output.write(await source.read(at, Math.min(PIECE, entry.size - at), signal), at);
    yield Math.min(entry.size, at + PIECE);
  }
  const { sha256 } = await output.close(entry.size);
  if (sha256 === entry.sha256) return;
  throw new CascadeError(
    "bad-model",
    `${entry.file} is not the file cascade.json names (its SHA-256 is another): copy or download it again.`,
  );
}

function opener(
  { from, token }: ImportJob,
  onWait: (waiting: Waiting) => void,
  signal: AbortSignal,
): (file: string) => Promise<ByteSource> {
  if (!("url" in from)) {
    return async (name) => {
      const file = from.find((candidate) => candidate.name === name);
      if (file !== undefined) return blobSource(file, name);
      throw new CascadeError("bad-model", `The folder has no ${name}: choose the whole folder that the converter wrote.`);
    };
  }
  const urls = new UrlOpener({ signal, onWait, ...(token && { token }) });
  const base = from.url.replace(/cascade\.json$/, "").replace(/\/*$/, "/");
  const hub = hubAddress(base);
  return async (name) =>
    urls.open(hub?.folder ? addressAt(hub, hub.revision, hub.path === "" ? name : `${hub.path}/${name}`) : new URL(name, base).href);
}

async function sized(source: ByteSource, { file, size }: FileEntry): Promise<ByteSource> {
  if (source.size === size) return source;
  throw new CascadeError("bad-model", `${file} has ${source.size} bytes, but cascade.json says ${size}: copy or download it again.`);
}
