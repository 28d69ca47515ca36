/**
 * Calls `gone` once a worker has ended, by the Web Lock it holds while it lives: no event tells that a browser has killed one, and its answers would be
 * waited for without end. Without a lock (insecure contexts, browsers that store nothing) nothing is known.
 */
export function watchLife(lock: string | undefined, gone: () => void): void {
  if (lock === undefined) return;
  navigator.locks.request(lock, gone).catch(() => undefined);
}
