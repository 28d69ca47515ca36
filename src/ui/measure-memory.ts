interface Measuring extends Performance {
  measureUserAgentSpecificMemory?(): Promise<{ readonly bytes: number }>;
}

/** Bytes of this page and its workers, where the browser tells an isolated page; it may take its time until it next tidies up. */
export async function measureMemory(): Promise<number | undefined> {
  try {
    const measuring: Measuring = performance;
    return (await measuring.measureUserAgentSpecificMemory?.())?.bytes;
  } catch {
    return undefined; // not isolated
  }
}
