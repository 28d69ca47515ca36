import * as comlink from "comlink";
import type { ConvertService } from "../src/client/convert-protocol.ts";
import { type Outcome, outcomeOf } from "../src/client/protocol.ts";
import { browserStore, checkSpace, storageSpace } from "../src/storage/browser-store.ts";
import { repairJob, runJob } from "../src/storage/job.ts";
import type { ModelStore } from "../src/storage/model-store.ts";
import { verifyModel } from "../src/storage/verify.ts";

/** The converter's worker: the store of models behind comlink. */
let running = new AbortController();

function act<T>(work: (store: ModelStore, signal: AbortSignal) => Promise<T>): Promise<Outcome<T>> {
  running = new AbortController();
  const { signal } = running;
  return outcomeOf(async () => work(await browserStore(), signal));
}

const service: ConvertService = {
  list: () => outcomeOf(async () => (await browserStore()).list()),
  space: () => outcomeOf(storageSpace),
  delete: (id) => outcomeOf(async () => (await browserStore()).delete(id)),
  convert: (job, onEvent) => act((store, signal) => runJob(store, job, onEvent, signal, checkSpace)),
  repair: (job, onEvent) => act((store, signal) => repairJob(store, job, onEvent, signal)),
  verify: (id, onProgress) =>
    act(async (store, signal) => {
      const checking = verifyModel(await store.open(id), signal);
      for (;;) {
        const step = await checking.next();
        if (step.done) return step.value;
        // Awaited: the answer is a task of its own, so a cancel that was sent meanwhile is seen.
        await onProgress(step.value);
      }
    }),
  cancel: () => running.abort(),
};

comlink.expose(service);
