const NAME = "cascade-drawing";

/** The origin's Web Locks, with what is held; undefined where the browser has none, or refuses them (where all of a site's data is blocked). */
async function allowedLocks(): Promise<{ readonly locks: LockManager; readonly held: readonly LockInfo[] } | undefined> {
  const locks: LockManager | undefined = navigator.locks;
  try {
    // A request that is refused could not be told from work that failed the same way.
    await locks?.request(`${NAME}-allowed`, () => undefined);
    return locks && { locks, held: (await locks.query()).held ?? [] };
  } catch {
    return undefined;
  }
}

/**
 * Runs `work` while no other tab of this page draws: two would share the GPU's and the machine's memory. `onWait` is called where there is one; aborting
 * ends the waiting by rejecting with the signal's reason. Where the browser gives no Web Locks, it runs at once.
 */
export async function inTurn<T>(signal: AbortSignal, onWait: () => void, work: () => Promise<T>): Promise<T> {
  const allowed = await allowedLocks();
  if (allowed === undefined) return await work();
  const { locks } = allowed;
  const free = await locks.request(NAME, { ifAvailable: true }, async (lock) => (lock === null ? undefined : { result: await work() }));
  if (free !== undefined) return free.result;
  onWait();
  return await locks.request(NAME, { signal }, work);
}

/** Whether another tab draws just now. */
export async function otherTabDraws(): Promise<boolean> {
  return (await allowedLocks())?.held.some(({ name }) => name === NAME) ?? false;
}
