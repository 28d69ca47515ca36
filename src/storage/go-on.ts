import { zipEntries } from "../convert/zip-entries.ts";
import { CascadeError } from "../shared/errors.ts";
import type { CascadeManifest } from "../shared/manifest.ts";
import { importModel } from "./import-model.ts";
import { type JobEvent, runJob } from "./job.ts";
import { type Again, renewConversion, renewImport } from "./kept-job.ts";
import type { ModelStore } from "./model-store.ts";
import { repairModel } from "./repair.ts";
import type { Damage } from "./verify.ts";

export interface GoOnOptions {
  readonly signal: AbortSignal;
  readonly onEvent: (event: JobEvent) => void | Promise<void>;
  /** Rejects where so many bytes more don't fit. */
  readonly room?: (bytes: number) => Promise<void>;
}

/** Finishes a model that was cut, by the job kept beside it. Rejects with `bad-settings` where a file must be chosen again. */
export async function goOn(store: ModelStore, id: string, again: Again, options: GoOnOptions): Promise<CascadeManifest> {
  return (await renewed(store, id, again))(options);
}

/**
 * Makes the damaged files of a stored model again, by the job kept beside it; resolves to what was damaged. Rejects with `bad-settings` where a file must be
 * chosen again: then nothing has been touched.
 */
export async function repair(store: ModelStore, id: string, again: Again, options: GoOnOptions): Promise<readonly Damage[]> {
  const work = await renewed(store, id, again);
  // Whole downloads would be read again only to compare their hashes; what is made is compared with the model's own.
  return repairModel(store, id, () => work(options, false), options.signal);
}

type Work = (options: GoOnOptions, checkHashes?: boolean) => Promise<CascadeManifest>;

/** What is to be done to make a model by the job kept beside it. */
async function renewed(store: ModelStore, id: string, again: Again): Promise<Work> {
  const kept = await store.jobOf(id);
  if (kept === undefined)
    throw new CascadeError("bad-settings", `It was not kept where "${id}" comes from: delete it and bring it in again.`);
  const files: File[] = [];
  for (const file of again.files ?? []) {
    if (file.name.endsWith(".zip")) files.push(...(await zipEntries(file)).map((entry) => entry.file));
    else files.push(file);
  }
  const whole = { ...again, files };
  if (kept.kind === "import") {
    const job = renewImport(kept, whole);
    return ({ signal, onEvent, room }) => importModel(store, job, onEvent, signal, room);
  }
  const job = renewConversion(kept.job, whole);
  return ({ signal, onEvent, room }, checkHashes) =>
    runJob(store, checkHashes === undefined ? job : { ...job, checkHashes }, onEvent, signal, room);
}
