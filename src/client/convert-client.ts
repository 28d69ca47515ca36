import * as comlink from "comlink";
import { CascadeError } from "../shared/errors.ts";
import type { CascadeManifest } from "../shared/manifest.ts";
import type { Space } from "../storage/file-system.ts";
import type { ConvertJob, JobEvent } from "../storage/job.ts";
import type { StoredModel } from "../storage/model-store.ts";
import type { Damage } from "../storage/verify.ts";
import type { ConvertService, VerifyProgress } from "./convert-protocol.ts";
import { type Outcome, unpack } from "./protocol.ts";

/** The models in this browser, and conversions into it. Every failure a user can act on is a CascadeError. */
export interface ConvertClient {
  list(): Promise<readonly StoredModel[]>;
  /** Room of this origin; `persisted: false` means the browser may remove models when the disk runs low. */
  space(): Promise<Space>;
  /** Asks the browser to keep the models (it may ask the user: say why first). Resolves to whether it does. */
  persist(): Promise<boolean>;
  delete(id: string): Promise<void>;
  /** Downloads or reads, converts and stores; the same job after an abort, a lost network or a closed tab goes on where it was cut. */
  convert(job: ConvertJob, options?: ActionOptions<JobEvent>): Promise<CascadeManifest>;
  /** Re-checks every file; resolves to what is damaged. */
  verify(id: string, options?: ActionOptions<VerifyProgress>): Promise<readonly Damage[]>;
  /** Makes the damaged files again from the job's sources. */
  repair(job: ConvertJob, options?: ActionOptions<JobEvent>): Promise<readonly Damage[]>;
  /** Ends the worker at once. */
  dispose(): void;
}

export interface ActionOptions<E> {
  /** Pauses or cancels: what is finished is kept until the model is deleted. */
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: E) => void;
}

/** Starts the converter's worker. */
export function createConvertClient(makeWorker: () => Worker = startWorker): ConvertClient {
  const worker = makeWorker();
  const remote = comlink.wrap<ConvertService>(worker);
  let fail: (error: CascadeError) => void = () => {};
  const ended = new Promise<never>((_, reject) => {
    fail = reject;
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

  async function act<T>(answer: () => Promise<Outcome<T>>, signal?: AbortSignal): Promise<T> {
    if (signal?.aborted) throw new CascadeError("aborted", "Cancelled.");
    const abort = (): void => void remote.cancel();
    signal?.addEventListener("abort", abort, { once: true });
    try {
      return unpack(await Promise.race([answer(), ended]));
    } finally {
      signal?.removeEventListener("abort", abort);
    }
  }

  return {
    list: () => act(() => remote.list()),
    space: () => act(() => remote.space()),
    persist: async () => (await navigator.storage?.persist?.()) ?? false,
    delete: (id) => act(() => remote.delete(id)),
    convert: (job, { signal, onEvent = () => {} } = {}) => act(() => remote.convert(job, comlink.proxy(onEvent)), signal),
    verify: (id, { signal, onEvent = () => {} } = {}) => act(() => remote.verify(id, comlink.proxy(onEvent)), signal),
    repair: (job, { signal, onEvent = () => {} } = {}) => act(() => remote.repair(job, comlink.proxy(onEvent)), signal),
    dispose() {
      worker.terminate();
      fail(new CascadeError("aborted", "The converter was closed."));
    },
  };
}

function startWorker(): Worker {
  return new Worker(new URL("../../workers/convert.ts", import.meta.url), { type: "module", name: "convert" });
}
