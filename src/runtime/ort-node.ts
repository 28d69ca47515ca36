import type { LoadedOrt } from "./ort.ts";

/**
 * onnxruntime-web's CPU build in Node, for the command line and the tests: the same kernels as the page's WASM backend. `threads`: the first call of a
 * process decides. @default half the processor's, at most 4
 */
export async function loadOrtForNode(threads?: number): Promise<LoadedOrt> {
  const ort = await import("onnxruntime-web");
  if (threads !== undefined) ort.env.wasm.numThreads = threads;
  ort.env.logLevel = "error";
  return { ort, build: "wasm" };
}
