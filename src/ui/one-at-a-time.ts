const NAME = "cascade-drawing";

/**
 * Runs `work` while no other tab of this page draws: two would share the GPU's and the machine's memory. `onWait` is called where there is one; aborting
 * ends the waiting by rejecting with the signal's reason. Where the browser has no Web Locks, it runs at once.
 */
export async function inTurn<T>(signal: AbortSignal, onWait: () => void, work: () => Promise<T>): Promise<T> {
  const locks: LockManager | undefined = navigator.locks;
  if (locks === undefined) return await work();
  const free = await locks.request(NAME, { ifAvailable: true }, async (lock) => (lock === null ? undefined : { result: await work() }));
  if (free !== undefined) return free.result;
  onWait();
  return await locks.request(NAME, { signal }, work);
}

/** Whether another tab draws just now. */
export async function otherTabDraws(): Promise<boolean> {
  const locks: LockManager | undefined = navigator.locks;
  return (await locks?.query())?.held?.some(({ name }) => name === NAME) ?? false;
}
