import { makeZip, predictLength } from "client-zip";
import { throwIfAborted } from "../convert/byte-source.ts";
import { filesOf, parseManifest } from "../shared/parse-manifest.ts";
import type { ImportProgress } from "./import-model.ts";
import type { ModelStore } from "./model-store.ts";

/** The part of a folder the user picked that is written to (a FileSystemDirectoryHandle). */
export interface TargetDirectory {
  getDirectoryHandle(name: string, options: { readonly create: true }): Promise<TargetDirectory>;
  getFileHandle(name: string, options: { readonly create: true }): Promise<{ createWritable(): Promise<TargetFile> }>;
}

export interface TargetFile {
  write(bytes: Blob): Promise<void>;
  close(): Promise<void>;
  abort?(reason?: unknown): Promise<void>;
}

/** Bytes written at a time, so that a cancel is seen. */
const PIECE = 2 ** 25;

/** A stored model as one zip, not compressed (weights don't), streamed from the files; `bytes` is its length. */
export async function zipModel(
  store: ModelStore,
  id: string,
): Promise<{ readonly stream: ReadableStream<Uint8Array>; readonly bytes: number }> {
  const files = (await filesIn(store, id)).map(({ name, blob }) => ({ name: `${id}/${name}`, input: blob, size: blob.size }));
  return { stream: makeZip(files), bytes: Number(predictLength(files)) };
}

/** Writes a stored model's files into `directory`, in a folder of the model's name, `cascade.json` last. */
export async function exportToFolder(
  store: ModelStore,
  id: string,
  directory: TargetDirectory,
  onProgress: (progress: ImportProgress) => void | Promise<void>,
  signal?: AbortSignal,
): Promise<void> {
  const files = await filesIn(store, id);
  const total = files.reduce((sum, { blob }) => sum + blob.size, 0);
  const folder = await directory.getDirectoryHandle(id, { create: true });
  let copied = 0;
  for (const { name, blob } of files) {
    const file = await (await folder.getFileHandle(name, { create: true })).createWritable();
    try {
      for (let at = 0; at < blob.size; at += PIECE) {
        throwIfAborted(signal);
        const piece = blob.slice(at, at + PIECE);
        await file.write(piece);
        copied += piece.size;
        await onProgress({ copied, total });
      }
      await file.close();
    } catch (error) {
      await file.abort?.(error);
      throw error;
    }
  }
}

/** A stored model's files, `cascade.json` last: a copy cut short is then no model. */
async function filesIn(store: ModelStore, id: string): Promise<{ readonly name: string; readonly blob: Blob }[]> {
  const folder = await store.open(id);
  const manifest = parseManifest(await (await folder.read("cascade.json")).text());
  const names = [...filesOf(manifest).map(({ file }) => file), "cascade.json"];
  return Promise.all(names.map(async (name) => ({ name, blob: await folder.read(name) })));
}
