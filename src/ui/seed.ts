/** Torch's CPU generator reads 32 bits of a seed. */
export const MAX_SEED = 2 ** 32 - 1;

/** A seed out of the whole range. */
export function randomSeed(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
}
