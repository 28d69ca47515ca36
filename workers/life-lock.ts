/** Takes a Web Lock that is held until this worker ends, however it ends; its name, or undefined where there are no locks (insecure contexts). */
export async function holdLifeLock(): Promise<string | undefined> {
  const locks: LockManager | undefined = navigator.locks;
  if (locks === undefined) return undefined;
  const name = `cascade-worker-${crypto.randomUUID()}`;
  await new Promise<void>((granted) => {
    void locks.request(name, () => {
      granted();
      return new Promise(() => {});
    });
  });
  return name;
}
