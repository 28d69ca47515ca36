import { CascadeError, messageOf } from "../shared/errors.ts";
import { type BackendChoice, chooseBackend } from "./device.ts";
import { type AttentionForm, Engine } from "./engine.ts";
import { loadOrt } from "./ort-browser.ts";
import type { Backend } from "./types.ts";
import { webGpuEngine } from "./web-gpu-engine.ts";

/** An engine, and why it is this one, in a sentence or two for the user. */
export interface StartedEngine {
  readonly engine: Engine;
  readonly about: { readonly backend: Backend; readonly reason: string };
}

const ATTENTION: Readonly<Record<AttentionForm, string>> = {
  fused: "",
  "fused-without-subgroups": " Without subgroups, with which this GPU gets attention wrong.",
  decomposed: " Attention runs in parts, because this GPU gets the fused form wrong.",
};

/**
 * The engine for this browser: backend chosen, runtime loaded, attention checked. Where nobody asked for WebGPU and it fails to start, WASM
 * takes over; where it was demanded, rejects with `no-webgpu`.
 */
export async function startEngine(choice: BackendChoice): Promise<StartedEngine> {
  const { backend, reason } = await chooseBackend(choice);
  if (backend === "wasm") return await onWasm(reason);
  try {
    const engine = await webGpuEngine(await loadOrt("webgpu"));
    return { engine, about: { backend, reason: reason + ATTENTION[engine.attention] } };
  } catch (error) {
    if (choice === "auto") return await onWasm(`WebGPU did not start here (${messageOf(error)}), so the processor draws.`);
    if (error instanceof CascadeError) throw error;
    throw new CascadeError("no-webgpu", `WebGPU did not start here (${messageOf(error)}): choose WebAssembly or Automatic.`, {
      cause: error,
    });
  }
}

async function onWasm(reason: string): Promise<StartedEngine> {
  return { engine: Engine.onWasm(await loadOrt("wasm")), about: { backend: "wasm", reason } };
}
