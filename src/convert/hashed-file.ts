import { createSHA256 } from "hash-wasm";
import type { FileEntry } from "../shared/manifest.ts";
import type { OutputFolder } from "./output-folder.ts";

/** A file of an output folder that knows its length and hash when it is closed. */
export interface HashedFile {
  /** Bytes written so far. */
  readonly position: number;
  write(bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  /** Zeros up to byte `position`. */
  padTo(position: number): Promise<void>;
  /** Notes in the folder's journal, where it has one, that everything so far is finished. */
  mark(): Promise<void>;
  close(): Promise<FileEntry>;
}

/** Starts a file whose SHA-256 is taken while it is written (Web Crypto can't do that), or goes on where the folder's journal says. */
export async function createHashed(folder: OutputFolder, file: string): Promise<HashedFile> {
  const hash = await createSHA256();
  const finished = folder.journal?.finished(file);
  if (finished === undefined) hash.init();
  else hash.load(bytesOfHex(finished.hash));
  let position = finished?.position ?? 0;
  const output = await folder.create(file, position);
  async function write(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    hash.update(bytes);
    position += bytes.length;
    await output.write(bytes);
  }
  return {
    get position() {
      return position;
    },
    write,
    async padTo(to) {
      if (to < position) throw new Error(`${file}: byte ${to} is already written (${position})`);
      if (to > position) await write(new Uint8Array(to - position));
    },
    async mark() {
      await folder.journal?.mark(file, { position, hash: hexOf(hash.save()) });
    },
    async close() {
      await output.close();
      return { file, size: position, sha256: hash.digest("hex") };
    },
  };
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function bytesOfHex(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
