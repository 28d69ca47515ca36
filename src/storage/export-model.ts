import { makeZip } from "client-zip";
import { throwIfAborted } from "../convert/byte-source.ts";
import { filesOf, parseManifest } from "../shared/parse-manifest.ts";
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

/** Bytes that have been copied, of how many. */
export interface ExportProgress {
  readonly copied: number;
  readonly total: number;
}

/**
 * A stored model as one zip, not compressed (weights don't). The Blob is made of the stored files themselves and the zip's own bytes between them, so it
 * takes no memory and no room on disk; the files are read once for their checksums. It can be read until the model is deleted.
 */
export async function zipModel(
  store: ModelStore,
  id: string,
  onProgress: (progress: ExportProgress) => void | Promise<void>,
  signal?: AbortSignal,
): Promise<Blob> {
  const files = await filesIn(store, id);
  const total = files.reduce((sum, { blob }) => sum + blob.size, 0);
  const pieces = new Map<Uint8Array, Blob>();
  const parts: BlobPart[] = [];
  let copied = 0;
  async function* read(blob: Blob): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    for (let at = 0; at < blob.size; at += PIECE) {
      throwIfAborted(signal);
      const piece = new Uint8Array(await blob.slice(at, at + PIECE).arrayBuffer());
      pieces.set(piece, blob);
      yield piece;
      copied += piece.length;
      await onProgress({ copied, total });
    }
  }
  const zip = makeZip(files.map(({ name, blob }) => ({ name: `${id}/${name}`, input: read(blob), size: blob.size })));
  const reader = zip.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return new Blob(parts, { type: "application/zip" });
    // A file's own bytes come out as they went in: the file stands for them.
    const blob = pieces.get(value);
    pieces.delete(value);
    if (blob === undefined) parts.push(value.slice());
    else if (parts.at(-1) !== blob) parts.push(blob);
  }
}

/** Writes a stored model's files into `directory`, in a folder of the model's name, `cascade.json` last. */
export async function exportToFolder(
  store: ModelStore,
  id: string,
  directory: TargetDirectory,
  onProgress: (progress: ExportProgress) => void | Promise<void>,
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
