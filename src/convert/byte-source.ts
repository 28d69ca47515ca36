import { CascadeError } from "../shared/errors.ts";
import type { SourceState } from "./output-folder.ts";

/** Random access to the bytes of one file: a File, a Blob, a URL with ranges, a path in Node. */
export interface ByteSource {
  /** File name without its folder, for recognising parts and for messages. */
  readonly name: string;
  /** Bytes in the whole file. */
  readonly size: number;
  /** Tells this file from a changed one of the same name and size: an ETag and commit, or the time it was changed. */
  readonly identity?: string;
  /** Exactly `length` bytes from `offset`. Rejects with `aborted`, `download-failed`, or `bad-checkpoint` past the end. */
  read(offset: number, length: number, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>>;
  /** Present where the file comes once, front to back: the converter says what it will need, so that it is kept when it has passed. */
  readonly stream?: ByteStream;
}

/** A source's side of reading in order. */
export interface ByteStream {
  /** These bytes (`begin` to `end`, exclusive) will be read, and are kept from when they pass until as many calls of `drop`. */
  need(begin: number, end: number): void;
  drop(begin: number, end: number): void;
  /** How far the file was read in order, and the state of its hash there; undefined where it isn't hashed. */
  state(): SourceState | undefined;
  /** Goes on where an earlier run stopped. */
  resume(state: SourceState): void;
}

/** Throws `aborted` once the signal has fired. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new CascadeError("aborted", "The conversion was cancelled.", { cause: signal.reason });
}

/** Throws `bad-checkpoint` where a range reaches beyond the file. */
export function checkRange(source: Pick<ByteSource, "name" | "size">, offset: number, length: number): void {
  if (offset < 0 || length < 0 || offset + length > source.size) {
    throw new CascadeError(
      "bad-checkpoint",
      `${source.name} ends at byte ${source.size}, but bytes ${offset} to ${offset + length} are needed: the file is cut short.`,
    );
  }
}

/** A File or Blob as a source; nothing is held in memory. */
export function blobSource(blob: Blob, name: string): ByteSource {
  return {
    name,
    size: blob.size,
    ...("lastModified" in blob && { identity: String(blob.lastModified) }),
    async read(offset, length, signal) {
      throwIfAborted(signal);
      checkRange({ name, size: blob.size }, offset, length);
      return new Uint8Array(await blob.slice(offset, offset + length).arrayBuffer());
    },
  };
}

/** The whole of a small source as text; `limit` bounds the memory a hostile file can ask for. */
export async function readText(source: ByteSource, limit: number, signal?: AbortSignal): Promise<string> {
  if (source.size > limit) {
    throw new CascadeError("bad-checkpoint", `${source.name} is ${source.size} bytes long; a file of its kind has at most ${limit}.`);
  }
  return new TextDecoder().decode(await source.read(0, source.size, signal));
}
