/** Something to be done, with a name of its own in the queue. */
export interface Queued {
  readonly id: number;
}

/** Seeds of `count` pictures: one after the other from `first`, beginning anew after the last of 32 bits. */
export function consecutiveSeeds(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => (first + i) % 2 ** 32);
}

export function withoutJob<Job extends Queued>(queue: readonly Job[], id: number): Job[] {
  return queue.filter((job) => job.id !== id);
}

/** The queue with one job moved by so many places, at most to an end; as it was where the job is gone. */
export function moveJob<Job extends Queued>(queue: readonly Job[], id: number, by: number): Job[] {
  const from = queue.findIndex((job) => job.id === id);
  const job = queue[from];
  if (job === undefined) return [...queue];
  const rest = withoutJob(queue, id);
  const to = Math.min(Math.max(from + by, 0), rest.length);
  return [...rest.slice(0, to), job, ...rest.slice(to)];
}
