import { CascadeError, messageOf } from "../shared/errors.ts";
import { type ByteSource, checkRange, throwIfAborted } from "./byte-source.ts";

export interface UrlSourceOptions {
  /** Sends the requests; tests and logged-in hosts bring their own. @default globalThis.fetch */
  readonly fetch?: typeof fetch;
  readonly signal?: AbortSignal;
}

/** A file on a host that answers ranges (status 206). Its size comes from the first answer; an ETag that changes is refused. */
export async function urlSource(url: string, options: UrlSourceOptions = {}): Promise<ByteSource> {
  const send = options.fetch ?? globalThis.fetch;
  const name = decodeURIComponent(new URL(url, "http://localhost").pathname.split("/").at(-1) ?? url);

  async function range(offset: number, length: number, signal: AbortSignal | undefined): Promise<Response> {
    throwIfAborted(signal);
    let response: Response;
    try {
      response = await send(url, { headers: { Range: `bytes=${offset}-${offset + length - 1}` }, ...(signal && { signal }) });
    } catch (error) {
      throwIfAborted(signal);
      throw new CascadeError("download-failed", `${url} could not be reached: ${messageOf(error)}.`, { cause: error });
    }
    if (response.status === 206) return response;
    await response.body?.cancel();
    const why = response.ok ? "the host does not answer ranges" : `the host answered ${response.status} ${response.statusText}`.trim();
    throw new CascadeError("download-failed", `${url} could not be read: ${why}.`);
  }

  const first = await range(0, 1, options.signal);
  await first.body?.cancel();
  const etag = first.headers.get("ETag");
  const size = Number(first.headers.get("Content-Range")?.split("/")[1]);
  if (!Number.isSafeInteger(size) || size <= 0) {
    throw new CascadeError("download-failed", `${url} could not be read: the host does not say how long the file is.`);
  }
  return {
    name,
    size,
    async read(offset, length, signal) {
      checkRange({ name, size }, offset, length);
      if (length === 0) return new Uint8Array(0);
      const response = await range(offset, length, signal);
      if (response.headers.get("ETag") !== etag) {
        await response.body?.cancel();
        throw new CascadeError("download-failed", `${url} changed while it was being read; start again.`);
      }
      let bytes: Uint8Array<ArrayBuffer>;
      try {
        bytes = new Uint8Array(await response.arrayBuffer());
      } catch (error) {
        throwIfAborted(signal);
        throw new CascadeError("download-failed", `The connection to ${url} was lost: ${messageOf(error)}.`, { cause: error });
      }
      if (bytes.length === length) return bytes;
      throw new CascadeError("download-failed", `${url} gave ${bytes.length} bytes at ${offset} where ${length} were asked for.`);
    },
  };
}
