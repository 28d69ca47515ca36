import type { SyncHandle } from "./file-system.ts";

/** Writes all bytes; a handle that takes fewer has met the quota. */
export function writeAll(handle: SyncHandle, bytes: Uint8Array<ArrayBuffer>, at: number): void {
  const written = handle.write(bytes, { at });
  if (written !== bytes.length) throw new DOMException(`${written} of ${bytes.length} bytes were taken`, "QuotaExceededError");
}
