import type { KeyValues } from "./history.ts";

/** A Blob as it is kept where none can be. */
interface Bytes {
  readonly blobType: string;
  readonly bytes: ArrayBuffer;
}

/**
 * A store that refuses Blobs, as IndexedDB does in WebKit's private windows, as one that takes them: their bytes are kept instead. Elsewhere Blobs stay
 * as they are, since they are read only once they are wanted.
 */
export function blobsAsBytes(store: KeyValues): KeyValues {
  return {
    ...store,
    get: async (key) => withBlobs(await store.get(key)),
    async set(key, value) {
      try {
        await store.set(key, value);
      } catch (error) {
        // WebKit's "Error preparing Blob/File data to be stored in object store" can't be told by its name: idb-keyval rejects before the transaction has its error.
        if (error instanceof DOMException && error.name === "QuotaExceededError") throw error;
        await store.set(key, await withBytes(value));
      }
    },
    entries: async () => (await store.entries()).map(([key, value]) => [key, withBlobs(value)] as const),
  };
}

/** The value, itself or what it holds, with bytes for Blobs. */
async function withBytes(value: unknown): Promise<unknown> {
  if (!isPlain(value)) return await orBytes(value);
  return Object.fromEntries(await Promise.all(Object.entries(value).map(async ([name, one]) => [name, await orBytes(one)] as const)));
}

async function orBytes(value: unknown): Promise<unknown> {
  return value instanceof Blob ? ({ blobType: value.type, bytes: await value.arrayBuffer() } satisfies Bytes) : value;
}

function withBlobs(value: unknown): unknown {
  if (isBytes(value) || !isPlain(value)) return orBlob(value);
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, orBlob(one)]));
}

function orBlob(value: unknown): unknown {
  return isBytes(value) ? new Blob([value.bytes], { type: value.blobType }) : value;
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

function isBytes(value: unknown): value is Bytes {
  return isPlain(value) && value.bytes instanceof ArrayBuffer && typeof value.blobType === "string";
}
