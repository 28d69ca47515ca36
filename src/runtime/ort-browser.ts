import asyncifyGlue from "onnxruntime-web/ort-wasm-simd-threaded.asyncify.mjs?url";
import asyncifyWasm from "onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url";
import jspiGlue from "onnxruntime-web/ort-wasm-simd-threaded.jspi.mjs?url";
import jspiWasm from "onnxruntime-web/ort-wasm-simd-threaded.jspi.wasm?url";
import wasmGlue from "onnxruntime-web/ort-wasm-simd-threaded.mjs?url";
import wasmWasm from "onnxruntime-web/ort-wasm-simd-threaded.wasm?url";
import { threadsFor } from "../shared/threads.ts";
import type { LoadedOrt } from "./ort.ts";
import type { Backend } from "./types.ts";

/**
 * The one place that sets onnxruntime-web up in a browser. Three builds, of which a page loads one: WebGPU with JSPI (17 MB), WebGPU by asyncify
 * where the browser has no JSPI (27 MB), CPU alone (14 MB; asyncify's CPU kernels are slower).
 */
export async function loadOrt(backend: Backend): Promise<LoadedOrt> {
  const build = backend === "wasm" ? "wasm" : "Suspending" in WebAssembly ? "jspi" : "asyncify";
  const { ort, mjs, wasm } = await {
    wasm: async () => ({ ort: await import("onnxruntime-web/wasm"), mjs: wasmGlue, wasm: wasmWasm }),
    jspi: async () => ({ ort: await import("onnxruntime-web/jspi"), mjs: jspiGlue, wasm: jspiWasm }),
    asyncify: async () => ({ ort: await import("onnxruntime-web/webgpu"), mjs: asyncifyGlue, wasm: asyncifyWasm }),
  }[build]();
  const here = self.location.href;
  ort.env.wasm.wasmPaths = { mjs: new URL(mjs, here).href, wasm: new URL(wasm, here).href };
  // Threads need SharedArrayBuffer, so an isolated page.
  ort.env.wasm.numThreads = self.crossOriginIsolated ? threadsFor(self.navigator.hardwareConcurrency) : 1;
  ort.env.logLevel = "error";
  return { ort, build };
}
