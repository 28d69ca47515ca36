import { CascadeError } from "../shared/errors.ts";
import { PATIENCE, whileAlive } from "../shared/stall.ts";
import { type ByteSource, checkRange, throwIfAborted } from "./byte-source.ts";
import { dismiss, PassingFailure, type RetryOptions, refusal, retried, unreachable } from "./retry.ts";

export interface UrlSourceOptions extends RetryOptions {
  /** Sends the requests; tests and logged-in hosts bring their own. @default globalThis.fetch */
  readonly fetch?: typeof fetch;
  readonly signal?: AbortSignal;
  /** Bearer token for gated or private files. Browsers drop it on a redirect to another host, as they must. */
  readonly token?: string;
  /** Bytes asked for at once: reads are answered from pieces of this size. @default 8 MiB */
  readonly pieceBytes?: number;
  /** Pieces fetched ahead of the one that is read; fewer once the host has asked to wait (429). @default 3 */
  readonly ahead?: number;
  /** SHA-256 that is known from elsewhere (a hub's API); else what the answers say. */
  readonly sha256?: string;
  /** Told of bytes as they arrive. */
  readonly onBytes?: (bytes: number) => void;
}

/** A file on a host. */
export interface UrlSource extends ByteSource {
  readonly identity: string;
  /** SHA-256 the host publishes (the hub's X-Linked-Etag of a large file), lower-case hex. */
  readonly sha256?: string;
  /** Reads just these bytes, by a request of their own. */
  readAlone(offset: number, length: number, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>>;
}

/** Takes what it wants of an answer, and says so whenever a part of it came. */
type Use<T> = (response: Response, alive: () => void) => Promise<T>;

/**
 * A file on a host that answers ranges (status 206), read in large pieces, some ahead. Size, ETag and commit come from the first
 * answer; a change is refused. A lost network, a line that stands still, 5xx and 429 (its Retry-After kept) are tried again.
 */
export async function urlSource(url: string, options: UrlSourceOptions = {}): Promise<UrlSource> {
  const { fetch: send = globalThis.fetch, token, pieceBytes = 8 * 2 ** 20, onBytes, patience = PATIENCE } = options;
  let ahead = options.ahead ?? 3;
  const name = decodeURIComponent(new URL(url, "http://localhost").pathname.split("/").at(-1) ?? url);
  const authorization = token === undefined || token === "" ? {} : { Authorization: `Bearer ${token}` };

  /** Asks for the bytes from `from()` up to `end` until `use` has what it wants of the answer; `brought` of `use` is what it keeps when the line is lost. */
  async function range<T>(from: () => number, end: number, signal: AbortSignal | undefined, use: Use<T>): Promise<T> {
    const attempt = async (): Promise<T> => {
      throwIfAborted(signal);
      const begin = from();
      try {
        return await whileAlive(patience, signal, async (stop, alive) => {
          const response = await send(url, { headers: { Range: `bytes=${begin}-${end - 1}`, ...authorization }, signal: stop });
          alive();
          if (response.status === 206) return use(response, alive);
          await dismiss(response);
          if (response.ok) throw new CascadeError("download-failed", `${url} could not be read: the host does not answer ranges.`);
          const { status } = response;
          if (status === 429) ahead = Math.floor(ahead / 2);
          if (status === 429 || status === 408 || status >= 500) throw new PassingFailure(refusal(url, response), url, response);
          throw refusal(url, response);
        });
      } catch (error) {
        if (error instanceof CascadeError || error instanceof PassingFailure) throw error;
        throw new PassingFailure(unreachable(url, error), url, undefined, from() - begin);
      }
    };
    return retried(attempt, options, signal);
  }

  const { size, etag, commit, sha256 } = await range(
    () => 0,
    1,
    options.signal,
    async (first) => {
      await dismiss(first);
      const { headers } = first;
      return {
        size: Number(headers.get("Content-Range")?.split("/")[1]),
        etag: headers.get("ETag"),
        commit: headers.get("X-Repo-Commit"),
        sha256: options.sha256 ?? /^"?([0-9a-f]{64})"?$/.exec(headers.get("X-Linked-Etag") ?? headers.get("ETag") ?? "")?.[1],
      };
    },
  );
  if (!Number.isSafeInteger(size) || size <= 0) {
    throw new CascadeError("download-failed", `${url} could not be read: the host does not say how long the file is.`);
  }

  async function fetchRange(from: number, length: number, signal: AbortSignal | undefined): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = new Uint8Array(length);
    // What came before the line was lost is not asked for again.
    let filled = 0;
    const begin = (): number => from + filled;
    return range(begin, from + length, signal, async (response, alive) => {
      const asked = begin();
      if (response.headers.get("ETag") !== etag) {
        await dismiss(response);
        throw new CascadeError("download-failed", `${url} changed while it was being read; start again.`);
      }
      const answered = response.headers.get("Content-Range");
      if (answered !== null && !answered.startsWith(`bytes ${asked}-`)) {
        await dismiss(response);
        throw new CascadeError("download-failed", `${url} could not be read: asked for bytes from ${asked}, the host gave ${answered}.`);
      }
      for await (const part of partsOf(response)) {
        alive();
        if (part.length > length - filled) {
          throw new CascadeError("download-failed", `${url} gave more bytes at ${from} than were asked for.`);
        }
        bytes.set(part, filled);
        filled += part.length;
        onBytes?.(part.length);
      }
      if (filled === length) return bytes;
      const short = `${url} gave ${begin() - asked} bytes at ${asked} where ${from + length - asked} were asked for.`;
      filled = 0; // an answer that says it is whole and is not: of what is in it, nothing is believed
      throw new PassingFailure(new CascadeError("download-failed", short), url);
    });
  }

  // The least recently used piece comes first; a piece that failed is forgotten, so that the next read asks again.
  const pieces = new Map<number, Promise<Uint8Array<ArrayBuffer>>>();
  function piece(index: number, signal: AbortSignal | undefined): Promise<Uint8Array<ArrayBuffer>> {
    const found = pieces.get(index) ?? fetchRange(index * pieceBytes, Math.min(pieceBytes, size - index * pieceBytes), signal);
    pieces.delete(index);
    pieces.set(index, found);
    for (const old of [...pieces.keys()].slice(0, -(ahead + 2))) pieces.delete(old);
    found.catch(() => {
      if (pieces.get(index) === found) pieces.delete(index);
    });
    return found;
  }

  return {
    name,
    size,
    // A file's own hash says most: a new commit that leaves it alone changes nothing.
    identity: sha256 ?? `${etag ?? ""} ${commit ?? ""}`,
    ...(sha256 !== undefined && { sha256 }),
    async read(offset, length, signal = options.signal) {
      throwIfAborted(signal);
      checkRange({ name, size }, offset, length);
      const bytes = new Uint8Array(length);
      for (let done = 0; done < length; ) {
        const index = Math.floor((offset + done) / pieceBytes);
        const current = piece(index, signal);
        // Ahead only while reads go on in order: a header or a tensor by itself asks for no more than its piece.
        const last = pieces.has(index - 1) ? Math.min(index + ahead, Math.ceil(size / pieceBytes) - 1) : index;
        for (let next = index + 1; next <= last; next++) piece(next, signal).catch(() => undefined);
        const start = offset + done - index * pieceBytes;
        const part = (await current).subarray(start, start + length - done);
        bytes.set(part, done);
        done += part.length;
      }
      return bytes;
    },
    async readAlone(offset, length, signal = options.signal) {
      throwIfAborted(signal);
      checkRange({ name, size }, offset, length);
      return length === 0 ? new Uint8Array(0) : fetchRange(offset, length, signal);
    },
  };
}

/** A body as it comes; it is let go where the loop ends early. */
async function* partsOf({ body }: Response): AsyncGenerator<Uint8Array> {
  if (body === null) return;
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
