import { createSHA256 } from "hash-wasm";
import type { FileEntry } from "../shared/manifest.ts";
import type { OutputFolder } from "./output-folder.ts";

/** A file of an output folder, written in any order, that knows its hash when it is closed. */
export interface HashedFile {
  write(bytes: Uint8Array<ArrayBuffer>, at: number): Promise<void>;
  /** Ends the file at `size` bytes; what was not written in order is read again for its hash. */
  close(size: number): Promise<FileEntry>;
}

/** Bytes read at a time at the end. */
const PIECE = 2 ** 23;

/** Opens a file whose SHA-256 is taken while it is written (Web Crypto can't do that). */
export async function createHashed(folder: OutputFolder, file: string): Promise<HashedFile> {
  const hash = (await createSHA256()).init();
  const output = await folder.create(file);
  let hashed = 0;
  return {
    async write(bytes, at) {
      await output.write(bytes, at);
      if (at !== hashed) return;
      hash.update(bytes);
      hashed += bytes.length;
    },
    async close(size) {
      while (hashed < size) {
        const bytes = await output.read(hashed, Math.min(PIECE, size - hashed));
        if (bytes.length === 0) throw new Error(`${file} ends at byte ${hashed} instead of ${size}`);
        hash.update(bytes);
        hashed += bytes.length;
      }
      await output.close();
      const entry = { file, size, sha256: hash.digest("hex") };
      await folder.journal?.close(entry);
      return entry;
    },
  };
}
