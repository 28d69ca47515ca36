import { createSHA256 } from "hash-wasm";
import { CascadeError } from "../shared/errors.ts";
import { type ByteSource, checkRange } from "./byte-source.ts";
import { bytesOfHex, hexOf } from "./hex.ts";

/** A source that comes front to back, once, with its SHA-256 taken on the way. */
export interface StreamedSource extends ByteSource {
  /** Reads what is left, and rejects with `bad-checkpoint` where the file is not the published one. */
  check(signal?: AbortSignal): Promise<void>;
}

/** Bytes read at a time over what nobody needs, and at the end. */
const PIECE = 2 ** 23;
/** Bytes kept for later at most; what does not fit is asked for again by itself. The largest published case, all time mappers of Stage C, takes 100 MB. */
const KEPT_BYTES = 2 ** 28;

interface Kept {
  readonly begin: number;
  readonly end: number;
  uses: number;
  /** Filled up to byte `filled` of the file. Absent: not passed yet, or no room. */
  bytes?: Uint8Array<ArrayBuffer>;
  filled: number;
}

export interface StreamedOptions {
  /** SHA-256 the host publishes, compared by `check`. Absent: nothing is hashed, and what nobody needs is left out. */
  readonly sha256?: string | undefined;
  /** Bytes kept for later at most. @default 256 MiB */
  readonly keptBytes?: number;
}

/** Wraps a source whose bytes are dear: each is asked for once where it can be. */
export async function streamedSource(source: ByteSource & Alone, options: StreamedOptions = {}): Promise<StreamedSource> {
  const { sha256, keptBytes = KEPT_BYTES } = options;
  const hash = sha256 === undefined ? undefined : (await createSHA256()).init();
  const alone = source.readAlone ?? source.read;
  const kept = new Map<string, Kept>();
  let front = 0;
  let room = keptBytes;

  /** Takes note of bytes that have just arrived at the front. */
  function pass(bytes: Uint8Array<ArrayBuffer>): void {
    hash?.update(bytes);
    const end = front + bytes.length;
    for (const one of kept.values()) {
      if (one.end <= front || one.begin >= end) continue;
      const from = Math.max(front, one.begin);
      if (from === one.begin && one.end - one.begin <= room) {
        one.bytes = new Uint8Array(one.end - one.begin);
        room -= one.bytes.length;
      }
      one.bytes?.set(bytes.subarray(from - front, Math.min(end, one.end) - front), from - one.begin);
      one.filled = Math.min(end, one.end);
    }
    front = end;
  }

  /** Moves the front to `to`. */
  async function passOver(to: number, signal?: AbortSignal): Promise<void> {
    const needed = (at: number) => [...kept.values()].some(({ begin, end }) => begin < to && end > at);
    while (front < to) {
      if (hash === undefined && !needed(front)) front = to;
      else pass(await source.read(front, Math.min(PIECE, to - front), signal));
    }
  }

  function find(offset: number, length: number): Uint8Array<ArrayBuffer> | undefined {
    for (const { begin, filled, bytes } of kept.values()) {
      if (bytes !== undefined && begin <= offset && offset + length <= filled) return bytes.slice(offset - begin, offset - begin + length);
    }
    return undefined;
  }

  return {
    ...source,
    async read(offset, length, signal) {
      checkRange(source, offset, length);
      if (offset < front) return find(offset, length) ?? alone(offset, length, signal);
      await passOver(offset, signal);
      const bytes = await source.read(offset, length, signal);
      pass(bytes);
      return bytes;
    },
    stream: {
      need(begin, end) {
        const key = `${begin} ${end}`;
        const found = kept.get(key);
        if (found) found.uses++;
        else kept.set(key, { begin, end, uses: 1, filled: begin });
      },
      drop(begin, end) {
        const key = `${begin} ${end}`;
        const found = kept.get(key);
        if (found === undefined || --found.uses > 0) return;
        room += found.bytes?.length ?? 0;
        kept.delete(key);
      },
      state: () => hash && { position: front, hash: hexOf(hash.save()) },
      resume(state) {
        if (state.position < front) return;
        try {
          hash?.load(bytesOfHex(state.hash));
        } catch {
          return; // another version of the hash's code: the file is read again from here
        }
        front = state.position;
      },
    },
    async check(signal) {
      if (hash === undefined) return;
      await passOver(source.size, signal);
      const found = hash.digest("hex");
      if (found === sha256) return;
      throw new CascadeError(
        "bad-checkpoint",
        `${source.name} is not the file its host publishes (SHA-256 ${found.slice(0, 12)}… instead of ${sha256?.slice(0, 12)}…): download it again.`,
      );
    },
  };
}

interface Alone {
  /** Reads just these bytes, where `read` would fetch more around them. */
  readonly readAlone?: ByteSource["read"];
}
