import { type BackendChoice, chooseBackend } from "./device.ts";
import { Engine } from "./engine.ts";
import { loadOrt } from "./ort-browser.ts";
import type { Backend } from "./types.ts";

/** The engine for this browser: backend chosen, runtime loaded, attention checked. Rejects with `no-webgpu` where WebGPU was demanded in vain. */
export async function startEngine(choice: BackendChoice): Promise<{ engine: Engine; about: { backend: Backend; reason: string } }> {
  const { backend, reason } = await chooseBackend(choice);
  const loaded = await loadOrt(backend);
  const engine = backend === "webgpu" ? await Engine.onWebGpu(loaded) : Engine.onWasm(loaded);
  return { engine, about: { backend, reason } };
}
