/**
 * Takes a Web Lock that is held until this worker ends, however it ends; its name, or undefined where there are no locks (insecure contexts) or the
 * browser refuses them (where it is told to store nothing).
 */
export async function holdLifeLock(): Promise<string | undefined> {
  const locks: LockManager | undefined = navigator.locks;
  if (locks === undefined) return undefined;
  const name = `cascade-worker-${crypto.randomUUID()}`;
  return await new Promise((settled) => {
    locks
      .request(name, () => {
        settled(name);
        return new Promise(() => {});
      })
      .catch(() => settled(undefined));
  });
}
