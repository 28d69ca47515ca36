/**
 * Keeps the screen on until the function it gives is called: a device that sleeps draws nothing. A browser takes the lock back from a page that is not
 * seen; it is asked for again when the page is. Where there is no such lock, or it is refused (low battery), the screen may go off.
 */
export function stayAwake(): () => void {
  const wakeLock: WakeLock | undefined = navigator.wakeLock;
  let lock: WakeLockSentinel | undefined;
  let over = false;
  const ask = async (): Promise<void> => {
    if (document.visibilityState !== "visible") return;
    try {
      lock = await wakeLock?.request("screen");
      if (over) await lock?.release();
    } catch {
      // Refused.
    }
  };
  document.addEventListener("visibilitychange", ask);
  void ask();
  return () => {
    over = true;
    document.removeEventListener("visibilitychange", ask);
    void lock?.release().catch(() => {});
  };
}
