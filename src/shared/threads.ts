/** Threads the runtime is given at most: beyond them the small matrices of these networks gain nothing. */
export const MOST_THREADS = 8;

/** Threads for a processor that runs `cores` at once. */
export function threadsFor(cores: number): number {
  return Math.min(Math.max(cores, 1), MOST_THREADS);
}
