import type { ModelStore } from "./model-store.ts";
import { type Damage, verifyModel } from "./verify.ts";

/**
 * Checks a stored model and has its damaged files made again by `make`, which writes the model from what it came from: of the files that are whole
 * nothing is read again. Returns what was damaged.
 */
export async function repairModel(
  store: ModelStore,
  id: string,
  make: () => Promise<unknown>,
  signal?: AbortSignal,
): Promise<readonly Damage[]> {
  const checking = verifyModel(await store.open(id), signal);
  let step = await checking.next();
  while (!step.done) step = await checking.next();
  const damages = step.value;
  if (damages.length === 0) return damages;
  await store.reopen(
    id,
    damages.map(({ file }) => file),
  );
  await make();
  return damages;
}
