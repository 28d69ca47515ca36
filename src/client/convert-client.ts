import * as comlink from "comlink";
import address from "../../workers/convert.ts?worker&url";
import type { DroppedFile, SortedFiles } from "../convert/sort-files.ts";
import type { DeviceMeasure } from "../runtime/device-measure.ts";
import { CascadeError } from "../shared/errors.ts";
import type { CascadeManifest } from "../shared/manifest.ts";
import type { ExportProgress, TargetDirectory } from "../storage/export-model.ts";
import type { Space } from "../storage/file-system.ts";
import type { ImportEvent, ImportJob } from "../storage/import-model.ts";
import type { ConvertJob, JobEvent } from "../storage/job.ts";
import type { Again } from "../storage/kept-job.ts";
import type { StoredModel, UnfinishedModel } from "../storage/model-store.ts";
import type { Damage } from "../storage/verify.ts";
import type { ConvertService, VerifyProgress } from "./convert-protocol.ts";
import { type Outcome, unpack } from "./protocol.ts";
import { watchLife } from "./watch-life.ts";

/** The models in this browser, and conversions into it. Every failure a user can act on is a CascadeError. */
export interface ConvertClient {
  /** Complete models, the last used first. */
  list(): Promise<readonly StoredModel[]>;
  /** Models that were cut, with how far they are: `goOn` finishes them, `delete` removes them. */
  unfinished(): Promise<readonly UnfinishedModel[]>;
  /** Room of this origin; `persisted: false` means the browser may remove models when the disk runs low. */
  space(): Promise<Space>;
  /** Asks the browser to keep the models (it may ask the user: say why first). Resolves to whether it does. */
  persist(): Promise<boolean>;
  delete(id: string): Promise<void>;
  /** Downloads or reads, converts and stores; the same job after an abort, a lost network or a closed tab goes on where it was cut. */
  convert(job: ConvertJob, options?: ActionOptions<JobEvent>): Promise<CascadeManifest>;
  /**
   * Finishes a model that was cut, by what was kept beside it. One made of addresses needs nothing more (a token where files are gated: it is never kept);
   * one made of files on disk needs them again (see catalogue/needed-files.ts).
   */
  goOn(id: string, again?: Again, options?: ActionOptions<JobEvent>): Promise<CascadeManifest>;
  /** Re-checks every file; resolves to what is damaged. */
  verify(id: string, options?: ActionOptions<VerifyProgress>): Promise<readonly Damage[]>;
  /** Makes the damaged files again, from where the model came from; resolves to what was damaged. */
  repair(id: string, again?: Again, options?: ActionOptions<JobEvent>): Promise<readonly Damage[]>;
  /** Copies a folder the converter wrote, from disk or an address, checking everything. */
  importModel(job: ImportJob, options?: ActionOptions<ImportEvent>): Promise<CascadeManifest>;
  /** Writes a model's files in a folder of its name inside one the user picked (a FileSystemDirectoryHandle). */
  exportToFolder(id: string, directory: TargetDirectory, options?: ActionOptions<ExportProgress>): Promise<void>;
  /** A model as one zip to save; it takes no memory, and can be read until the model is deleted. */
  zipModel(id: string, options?: ActionOptions<ExportProgress>): Promise<Blob>;
  /** Finds out what each of the user's files is. */
  sortFiles(files: readonly DroppedFile[], options?: ActionOptions<never>): Promise<SortedFiles>;
  /** What this device can hold, and how fast it multiplies matrices; takes a few seconds. */
  measureDevice(options?: ActionOptions<never>): Promise<DeviceMeasure>;
  /** Ends the worker at once. */
  dispose(): void;
  /** Whether its worker has ended, by whatever: then it does no more, and another takes its place. */
  isEnded(): boolean;
}

export interface ActionOptions<E> {
  /** Pauses or cancels: what is finished is kept until the model is deleted. */
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: E) => void;
}

export interface ConvertClientOptions {
  /** Origins the worker may fetch from besides the page's own (see catalogue/hosts.ts). Everything else is refused by its content security policy. */
  readonly hosts?: readonly string[];
  /** Tests bring their own. */
  readonly makeWorker?: (hosts: readonly string[]) => Worker;
  /** Milliseconds a pause waits for the worker; one that stands still is ended then, which costs no more than a closed tab does. @default 15 s */
  readonly patience?: number;
}

/** Longer than a flush of a large file takes on a slow disk. */
const PATIENCE_MS = 15_000;

/** Starts the converter's worker. */
export function createConvertClient({
  hosts = [],
  makeWorker = startWorker,
  patience = PATIENCE_MS,
}: ConvertClientOptions = {}): ConvertClient {
  const worker = makeWorker(hosts);
  const remote = comlink.wrap<ConvertService>(worker);
  let gone = false;
  let fail: (error: CascadeError) => void = () => {};
  const ended = new Promise<never>((_, reject) => {
    fail = (error) => {
      gone = true;
      reject(error);
    };
  });
  ended.catch(() => {});
  worker.addEventListener("error", ({ message }) =>
    fail(
      new CascadeError(
        "device-lost",
        `The converting worker stopped (${message || "no reason given"}): start again, it goes on where it was.`,
      ),
    ),
  );

  void remote
    .life()
    .then((lock) =>
      watchLife(lock, () =>
        fail(new CascadeError("device-lost", "The browser ended the converting worker: start again, it goes on where it was.")),
      ),
    );

  function end(why: string): void {
    worker.terminate();
    fail(new CascadeError("aborted", why));
  }

  async function act<T>(answer: () => Promise<Outcome<T>>, signal?: AbortSignal): Promise<T> {
    if (signal?.aborted) throw new CascadeError("aborted", "Cancelled.");
    let timer: ReturnType<typeof setTimeout> | undefined;
    const abort = (): void => {
      void remote.cancel();
      timer = setTimeout(() => end("Cancelled."), patience);
    };
    signal?.addEventListener("abort", abort, { once: true });
    try {
      return unpack(await Promise.race([answer(), ended]));
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
    }
  }

  return {
    list: () => act(() => remote.list()),
    unfinished: () => act(() => remote.unfinished()),
    space: () => act(() => remote.space()),
    persist: async () => (await navigator.storage?.persist?.()) ?? false,
    delete: (id) => act(() => remote.delete(id)),
    convert: (job, { signal, onEvent = () => {} } = {}) => act(() => remote.convert(job, comlink.proxy(onEvent)), signal),
    verify: (id, { signal, onEvent = () => {} } = {}) => act(() => remote.verify(id, comlink.proxy(onEvent)), signal),
    goOn: (id, again = {}, { signal, onEvent = () => {} } = {}) => act(() => remote.goOn(id, again, comlink.proxy(onEvent)), signal),
    repair: (id, again = {}, { signal, onEvent = () => {} } = {}) => act(() => remote.repair(id, again, comlink.proxy(onEvent)), signal),
    importModel: (job, { signal, onEvent = () => {} } = {}) => act(() => remote.importModel(job, comlink.proxy(onEvent)), signal),
    exportToFolder: (id, directory, { signal, onEvent = () => {} } = {}) =>
      act(() => remote.exportToFolder(id, directory, comlink.proxy(onEvent)), signal),
    zipModel: (id, { signal, onEvent = () => {} } = {}) => act(() => remote.zipModel(id, comlink.proxy(onEvent)), signal),
    sortFiles: (files, { signal } = {}) => act(() => remote.sortFiles(files), signal),
    measureDevice: ({ signal } = {}) => act(() => remote.measureDevice(), signal),
    dispose: () => end("The converter was closed."),
    isEnded: () => gone,
  };
}

function startWorker(hosts: readonly string[]): Worker {
  const url = new URL(address, location.href);
  // The server and the service worker read the policy's hosts off the script's address (offline/security-headers.ts).
  if (hosts.length > 0) url.searchParams.set("hosts", hosts.join(","));
  return new Worker(url, { type: "module", name: "convert" });
}
