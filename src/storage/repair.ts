import type { ConvertEvent, ConvertOptions } from "../convert/convert.ts";
import { convertToStore } from "./convert-to-store.ts";
import type { ModelStore } from "./model-store.ts";
import { type Damage, verifyModel } from "./verify.ts";

/**
 * Checks a stored model and makes its damaged files again from the sources it was converted from (`options` as then), reading
 * no tensor of the others. Other sources than then make the whole model anew. Returns what was damaged.
 */
export async function repairModel(
  store: ModelStore,
  id: string,
  options: ConvertOptions,
  onEvent: (event: ConvertEvent) => void | Promise<void>,
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
  await convertToStore(store, id, options, onEvent, signal);
  return damages;
}
