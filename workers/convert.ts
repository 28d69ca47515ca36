import * as comlink from "comlink";
import type { ConvertService } from "../src/client/convert-protocol.ts";
import { paced } from "../src/client/paced.ts";
import { type Outcome, outcomeOf } from "../src/client/protocol.ts";
import { policyFetch } from "../src/convert/policy-fetch.ts";
import { sortFiles } from "../src/convert/sort-files.ts";
import { measureDevice } from "../src/runtime/measure-device.ts";
import { browserStore } from "../src/storage/browser-store.ts";
import { exportToFolder, zipModel } from "../src/storage/export-model.ts";
import { goOn, repair } from "../src/storage/go-on.ts";
import { importModel } from "../src/storage/import-model.ts";
import { runJob } from "../src/storage/job.ts";
import type { ModelStore } from "../src/storage/model-store.ts";
import { checkSpace, storageSpace } from "../src/storage/space.ts";
import { verifyModel } from "../src/storage/verify.ts";
import { holdLifeLock } from "./life-lock.ts";

/** The converter's worker: the store of models behind comlink. Progress is awaited: the answer is a task of its own, so a cancel is seen meanwhile. */
// Every download goes through it.
self.fetch = policyFetch(self, self.fetch.bind(self));
let running = new AbortController();
const life = holdLifeLock();

function act<T>(work: (store: ModelStore, signal: AbortSignal) => Promise<T>): Promise<Outcome<T>> {
  running = new AbortController();
  const { signal } = running;
  return outcomeOf(async () => work(await browserStore(), signal));
}

const service: ConvertService = {
  life: () => life,
  list: () => outcomeOf(async () => (await browserStore()).list()),
  unfinished: () => outcomeOf(async () => (await browserStore()).unfinished()),
  space: () => outcomeOf(storageSpace),
  delete: (id) => outcomeOf(async () => (await browserStore()).delete(id)),
  convert: (job, onEvent) => act((store, signal) => runJob(store, job, paced(onEvent), signal, checkSpace)),
  goOn: (id, again, onEvent) => act((store, signal) => goOn(store, id, again, { signal, onEvent: paced(onEvent), room: checkSpace })),
  repair: (id, again, onEvent) => act((store, signal) => repair(store, id, again, { signal, onEvent: paced(onEvent), room: checkSpace })),
  importModel: (job, onEvent) => act((store, signal) => importModel(store, job, paced(onEvent), signal, checkSpace)),
  exportToFolder: (id, directory, onProgress) => act((store, signal) => exportToFolder(store, id, directory, paced(onProgress), signal)),
  zipModel: (id, onProgress) => act((store, signal) => zipModel(store, id, paced(onProgress), signal)),
  verify: (id, onProgress) =>
    act(async (store, signal) => {
      const tell = paced(onProgress);
      const checking = verifyModel(await store.open(id), signal);
      for (;;) {
        const step = await checking.next();
        if (step.done) return step.value;
        await tell(step.value);
      }
    }),
  sortFiles: (files) => {
    running = new AbortController();
    const { signal } = running;
    return outcomeOf(() => sortFiles(files, signal));
  },
  measureDevice: () => outcomeOf(measureDevice),
  cancel: () => running.abort(),
};

comlink.expose(service);
