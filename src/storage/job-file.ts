import { BESIDE } from "../shared/beside.ts";
import { type Directory, findFile } from "./file-system.ts";
import type { KeptJob } from "./kept-job.ts";
import { openSync } from "./open-sync.ts";
import { writeAll } from "./write-all.ts";

const { job: JOB } = BESIDE;

/** Keeps a job beside a model; one that is there already is not touched, so that no cut can lose it. */
export async function keepJob(folder: Directory, job: KeptJob): Promise<void> {
  const text = JSON.stringify(job);
  if (text === (await textOf(folder))) return;
  const handle = await openSync(folder, JOB);
  try {
    handle.truncate(0);
    writeAll(handle, new TextEncoder().encode(text), 0);
    handle.flush();
  } finally {
    handle.close();
  }
}

/** The job beside a model; one that was cut while it was written is none. */
export async function keptJob(folder: Directory): Promise<KeptJob | undefined> {
  try {
    const text = await textOf(folder);
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function textOf(folder: Directory): Promise<string | undefined> {
  return (await findFile(folder, JOB))?.text();
}
