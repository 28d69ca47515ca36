import { Engine } from "../src/runtime/engine.ts";
import { loadOrt } from "../src/runtime/ort-browser.ts";
import type { Backend } from "../src/runtime/types.ts";
import { sizeOf, type Tensor } from "../src/shared/tensor.ts";
import { xorshift } from "./checkpoint.ts";

export interface Job {
  readonly graph: string;
  readonly data?: string;
  readonly backend: Backend;
  readonly inputs: Readonly<Record<string, readonly number[]>>;
  /** Runs after the first. */
  readonly runs: number;
}

export interface Timing {
  readonly createMs: number;
  readonly firstMs: number;
  /** Fastest of the runs after the first. */
  readonly stepMs: number;
  readonly dispatches: number;
  readonly attention: string;
  readonly output: number[];
}

let dispatches = 0;
const { dispatchWorkgroups, dispatchWorkgroupsIndirect } = GPUComputePassEncoder.prototype;
GPUComputePassEncoder.prototype.dispatchWorkgroups = function (...args) {
  dispatches++;
  return dispatchWorkgroups.apply(this, args);
};
GPUComputePassEncoder.prototype.dispatchWorkgroupsIndirect = function (...args) {
  dispatches++;
  return dispatchWorkgroupsIndirect.apply(this, args);
};

/** Loads one graph in a fresh page and times it, with the product's own engine: the same build, device and options for every candidate. */
async function measure({ graph, data, backend, inputs, runs }: Job): Promise<Timing> {
  const loaded = await loadOrt(backend);
  const engine = backend === "webgpu" ? await Engine.onWebGpu(loaded) : Engine.onWasm(loaded);
  const read = async (path: string) => await (await fetch(`/${path}`)).blob();
  const model = new Uint8Array(await (await read(graph)).arrayBuffer());
  const external = data === undefined ? [] : [{ path: data.slice(data.lastIndexOf("/") + 1), data: await read(data) }];
  const createStart = performance.now();
  const session = await engine.createSession(model, external);
  const createMs = performance.now() - createStart;

  const feeds = Object.fromEntries(Object.entries(inputs).map(([name, dims]) => [name, inputOf(name, dims)]));
  const times: number[] = [];
  let output: Tensor | undefined;
  for (let i = 0; i <= runs; i++) {
    dispatches = 0;
    const start = performance.now();
    output = Object.values(await engine.run(session, feeds))[0];
    times.push(performance.now() - start);
  }
  const [firstMs = Number.NaN, ...rest] = times;
  return { createMs, firstMs, stepMs: Math.min(...rest), dispatches, attention: engine.attention, output: Array.from(output?.data ?? []) };
}

function inputOf(name: string, dims: readonly number[]): Tensor {
  const random = xorshift(name.length + 7);
  const value = name === "timestep_ratio" ? () => 0.7 : name === "clip_img" ? () => 0 : () => 1.7 * random();
  return { data: Float32Array.from({ length: sizeOf(dims) }, value), dims };
}

declare global {
  interface Window {
    measure: typeof measure;
  }
}
window.measure = measure;
