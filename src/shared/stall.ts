/** Milliseconds without a byte after which a request is given up. */
export const PATIENCE = 30_000;
/** Looks in that time. A thread that was held up, or a machine that slept, looks once when it wakes, not as often as it would have: bytes come first. */
const LOOKS = 4;

/** Nothing came for so long. */
export class Stalled extends Error {
  constructor(milliseconds: number) {
    super(`nothing came for ${Math.round(milliseconds / 1000)} seconds`);
  }
}

/**
 * Runs a request, which calls `alive` whenever something came; a connection may stand still for ever without being closed. Rejects with Stalled
 * when nothing came for `milliseconds` (up to a quarter longer), and fires the request's signal, as it does when the given one fires.
 */
export async function whileAlive<T>(
  milliseconds: number,
  signal: AbortSignal | undefined,
  request: (signal: AbortSignal, alive: () => void) => Promise<T>,
): Promise<T> {
  const stop = new AbortController();
  let end: (error: unknown) => void = () => {};
  // Not left to the request: one that does not heed its signal would stand still all the same.
  const ended = new Promise<never>((_, reject) => {
    end = (error) => {
      reject(error);
      stop.abort(error);
    };
  });
  ended.catch(() => undefined);
  const follow = (): void => end(signal?.reason);
  if (signal?.aborted) follow();
  signal?.addEventListener("abort", follow, { once: true });
  let looks = 0;
  const timer = setInterval(() => {
    if (looks++ >= LOOKS) end(new Stalled(milliseconds));
  }, milliseconds / LOOKS);
  const alive = (): void => {
    looks = 0;
  };
  try {
    return await Promise.race([request(stop.signal, alive), ended]);
  } finally {
    clearInterval(timer);
    signal?.removeEventListener("abort", follow);
  }
}
