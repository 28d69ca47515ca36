import { type ByteSource, blobSource } from "../convert/byte-source.ts";
import type { ConvertEvent, ConvertOptions } from "../convert/convert.ts";
import { UrlOpener } from "../convert/url-opener.ts";
import type { CascadeManifest, PartName, PrecisionName } from "../shared/manifest.ts";
import { convertToStore, type Prepared } from "./convert-to-store.ts";
import type { ImportEvent } from "./import-model.ts";
import { keepConversion } from "./kept-job.ts";
import type { ModelStore } from "./model-store.ts";

/** A file to convert, as it can be sent to a worker: one on disk, or the address of one. */
export type SourceRef = File | { readonly url: string };

/** A conversion, as it can be sent to a worker. */
export interface ConvertJob {
  /** Folder name in the store. */
  readonly id: string;
  /** Shown in lists. */
  readonly name: string;
  readonly precision: PrecisionName;
  readonly parts: { readonly [K in PartName]?: readonly SourceRef[] };
  readonly tokenizer: readonly SourceRef[];
  readonly sampling?: CascadeManifest["sampling"];
  /** Bearer token for gated files; sent to the hosts of `parts` and `tokenizer` only. */
  readonly token?: string;
  /** Compare each download with the SHA-256 its host publishes. @default true */
  readonly checkHashes?: boolean;
  /** Bytes asked of a host at once. @default 8 MiB */
  readonly pieceBytes?: number;
  /** Milliseconds without a byte after which a request is dropped and made again. @default 30 s */
  readonly patience?: number;
}

/** Bytes after which it is asked again whether the rest has room: other pages and programs write to the same disk. */
const ASK_EVERY = 2 ** 28;

/**
 * Converts what a job names into the store, or goes on with it. It is known from the start (`unfinished`). Branches and tags are kept as the commits they stand for now. `room` is asked for the
 * bytes still to write, before the first and then now and again, and rejects where they don't fit.
 */
export async function runJob(
  store: ModelStore,
  job: ConvertJob,
  onEvent: (event: JobEvent) => void | Promise<void>,
  signal: AbortSignal,
  room: (bytes: number) => Promise<void> = async () => {},
): Promise<CascadeManifest> {
  const prepare = async (): Promise<Prepared> => {
    const { options, check, pinned } = await openJob(job, onEvent, signal);
    return { options, check, job: keepConversion({ ...job, ...pinned }) };
  };
  let next = 0;
  const watch = async (event: ConvertEvent): Promise<void> => {
    if (event.type === "progress" && event.written >= next) {
      next = event.written + ASK_EVERY;
      await room(event.total - event.written);
    }
    await onEvent(event);
  };
  return convertToStore(store, job.id, prepare, watch, signal, keepConversion(job));
}

/** What a job tells: the converter's events, and the download's. */
export type JobEvent =
  | ConvertEvent
  | ImportEvent
  /** Bytes downloaded since the start of this run, and bytes a second over it. */
  | { readonly type: "download"; readonly bytes: number; readonly rate: number };

async function openJob(
  { parts, tokenizer, token, pieceBytes, patience, checkHashes = true, name, precision, sampling }: ConvertJob,
  onEvent: (event: JobEvent) => void | Promise<void>,
  signal: AbortSignal,
): Promise<OpenJob> {
  const started = performance.now();
  let bytes = 0;
  const urls = new UrlOpener({
    signal,
    checkHashes,
    ...(token !== undefined && { token }),
    ...(pieceBytes !== undefined && { pieceBytes }),
    ...(patience !== undefined && { patience }),
    onWait: (waiting) => void onEvent({ type: "waiting", ...waiting }),
    onBytes(arrived) {
      bytes += arrived;
      void onEvent({ type: "download", bytes, rate: (1000 * bytes) / (performance.now() - started) });
    },
  });
  // A file that holds several parts is one source, so that it is read once.
  const files = new Map<File, ByteSource>();
  const open = async (ref: SourceRef): Promise<ByteSource> => {
    if ("url" in ref) return urls.open(ref.url);
    const source = files.get(ref) ?? blobSource(ref, ref.name);
    files.set(ref, source);
    return source;
  };
  const pin = async (ref: SourceRef): Promise<SourceRef> => ("url" in ref ? { url: await urls.pin(ref.url) } : ref);
  const opened: { [K in PartName]?: ByteSource[] } = {};
  const pinned: { [K in PartName]?: SourceRef[] } = {};
  const names = Object.keys(parts) as PartName[];
  for (const part of names) {
    pinned[part] = await Promise.all((parts[part] ?? []).map(pin));
    opened[part] = await Promise.all(pinned[part].map(open));
  }
  const pinnedTokenizer = await Promise.all(tokenizer.map(pin));
  return {
    options: { name, precision, parts: opened, tokenizer: await Promise.all(pinnedTokenizer.map(open)), ...(sampling && { sampling }) },
    check: () => urls.check(signal),
    pinned: { parts: pinned, tokenizer: pinnedTokenizer },
  };
}

interface OpenJob {
  readonly options: ConvertOptions;
  readonly check: () => Promise<void>;
  readonly pinned: Pick<ConvertJob, "parts" | "tokenizer">;
}
