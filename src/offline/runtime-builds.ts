import type { PrecacheEntry } from "workbox-precaching";

export interface BrowserFeatures {
  /** The browser has WebGPU at all; whether there is an adapter is not known before one is asked for. */
  readonly webgpu: boolean;
  /** WebAssembly may wait for promises (JSPI). */
  readonly jspi: boolean;
}

/**
 * The files to keep for offline use without the runtime's builds that this browser never loads: of WebGPU's two, JSPI (17 MB) or asyncify
 * (27 MB), at most one (ort-browser.ts chooses by the same features). The CPU's build (14 MB) always stays: it is what works when WebGPU does not.
 */
export function neededBuilds(entries: readonly (PrecacheEntry | string)[], { webgpu, jspi }: BrowserFeatures): (PrecacheEntry | string)[] {
  const unused = [...(webgpu && jspi ? [] : ["jspi"]), ...(webgpu && !jspi ? [] : ["asyncify"])];
  return entries.filter((entry) => {
    const url = typeof entry === "string" ? entry : entry.url;
    return !unused.some((build) => url.includes(`ort-wasm-simd-threaded.${build}`));
  });
}
