import { createSHA256 } from "hash-wasm";
import type { ByteSource } from "../convert/byte-source.ts";
import { CascadeError } from "../shared/errors.ts";

/** A source whose SHA-256 is taken from what is read in order, and which is compared with a published one at the end. */
export interface CheckedSource extends ByteSource {
  /** Reads what was not read in order, and rejects with `bad-checkpoint` where the file is not the published one. */
  check(signal?: AbortSignal): Promise<void>;
  /** Bytes hashed so far. */
  readonly hashed: number;
}

/** Bytes read at a time at the end. */
const PIECE = 2 ** 23;

/**
 * Wraps a source. A converter reads tensors in the order its graph has them, a hash needs the file's: bytes read out of order are not kept
 * (the source is never stored) and are read again by `check`, at worst all of them.
 */
export async function checkedSource(source: ByteSource, sha256: string): Promise<CheckedSource> {
  const hash = (await createSHA256()).init();
  let hashed = 0;
  const take = (offset: number, bytes: Uint8Array): void => {
    if (offset > hashed || offset + bytes.length <= hashed) return;
    hash.update(bytes.subarray(hashed - offset));
    hashed = offset + bytes.length;
  };
  return {
    ...source,
    get hashed() {
      return hashed;
    },
    async read(offset, length, signal) {
      const bytes = await source.read(offset, length, signal);
      take(offset, bytes);
      return bytes;
    },
    async check(signal) {
      while (hashed < source.size) take(hashed, await source.read(hashed, Math.min(PIECE, source.size - hashed), signal));
      const found = hash.digest("hex");
      if (found === sha256) return;
      throw new CascadeError(
        "bad-checkpoint",
        `${source.name} is not the file its host publishes (SHA-256 ${found.slice(0, 12)}… instead of ${sha256.slice(0, 12)}…): download it again.`,
      );
    },
  };
}
