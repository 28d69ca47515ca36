import { CascadeError } from "../shared/errors.ts";
import type { ModelStore } from "./model-store.ts";
import { verifyModel } from "./verify.ts";

/** Failures that say nothing about the model's files. */
const ELSEWHERE = new Set(["aborted", "bad-settings", "no-webgpu", "out-of-memory", "device-lost", "storage-busy", "no-storage"]);

/**
 * Runs `work` on a stored model; where it fails in a way that damaged files could explain, their hashes are checked, and damage is named in a `bad-model`
 * error instead. The failure as it was where all files are whole.
 */
export async function recheckOnFailure<T>(store: ModelStore, id: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof CascadeError && ELSEWHERE.has(error.code)) throw error;
    const checking = verifyModel(await store.open(id));
    let step = await checking.next();
    while (!step.done) step = await checking.next();
    if (step.value.length === 0) throw error;
    const files = step.value.map(({ file }) => file).join(", ");
    throw new CascadeError(
      "bad-model",
      `"${id}" can't be loaded, because ${files} is damaged: repair the model, which makes that alone again.`,
      {
        cause: error,
      },
    );
  }
}
