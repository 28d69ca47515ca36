import jsepGlue from "onnxruntime-web/ort-wasm-simd-threaded.jsep.mjs?url";
import jsepWasm from "onnxruntime-web/ort-wasm-simd-threaded.jsep.wasm?url";
import { Engine } from "../src/runtime/engine.ts";
import { CHANGING, openHoisted } from "../src/runtime/hoisted.ts";
import type { LoadedOrt, Ort } from "../src/runtime/ort.ts";
import { loadOrt } from "../src/runtime/ort-browser.ts";
import type { Backend, Network } from "../src/runtime/types.ts";
import { webGpuEngine } from "../src/runtime/web-gpu-engine.ts";
import type { ExternalFile } from "../src/shared/part-files.ts";
import { sizeOf, type Tensor } from "../src/shared/tensor.ts";
import { xorshift } from "./checkpoint.ts";

export interface Job {
  readonly maker: "ours" | "exported";
  readonly graph: string;
  readonly data?: string;
  readonly backend: Backend;
  /** Leave the runtime as `import "onnxruntime-web"` gives it: its default build, its own number of threads. */
  readonly plain: boolean;
  readonly inputs: Readonly<Record<string, readonly number[]>>;
  /** Runs after the first. */
  readonly runs: number;
}

export interface Timing {
  readonly createMs: number;
  readonly firstMs: number;
  /** Fastest of the runs after the first, and their median. */
  readonly stepMs: number;
  readonly medianMs: number;
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

/**
 * Loads one graph in a fresh page and times it: ours as the product runs it; the exported one with the provider's own device and options, in the same
 * build of the runtime with as many threads, or (`plain`) with all of the runtime's defaults. (On WebGPU its 4-bit products take one dispatch more
 * each on the provider's device than on one without `subgroups`.)
 */
async function measure({ maker, graph, data, backend, plain, inputs, runs }: Job): Promise<Timing> {
  const runner =
    maker === "ours"
      ? await ourRunner(await loadOrt(backend), backend)
      : plainRunner(plain ? await defaultOrt() : (await loadOrt(backend)).ort, backend);
  const read = async (path: string) => await (await fetch(`/${path}`)).blob();
  const model = new Uint8Array(await (await read(graph)).arrayBuffer());
  const external = data === undefined ? [] : [{ path: data.slice(data.lastIndexOf("/") + 1), data: await read(data) }];
  const createStart = performance.now();
  const run = await runner.create(model, external);
  const createMs = performance.now() - createStart;

  const feeds = Object.fromEntries(Object.entries(inputs).map(([name, dims]) => [name, inputOf(name, dims)]));
  const times: number[] = [];
  let output: Tensor | undefined;
  for (let i = 0; i <= runs; i++) {
    dispatches = 0;
    const start = performance.now();
    output = await run(feeds);
    times.push(performance.now() - start);
  }
  const [firstMs = Number.NaN, ...rest] = times;
  const [stepMs = Number.NaN] = rest.sort((a, b) => a - b);
  const medianMs = rest[rest.length >> 1] ?? Number.NaN;
  return { createMs, firstMs, stepMs, medianMs, dispatches, attention: runner.attention, output: Array.from(output?.data ?? []) };
}

type Run = (inputs: Readonly<Record<string, Tensor>>) => Promise<Tensor | undefined>;

/** How a candidate's graph is opened and run. */
interface Runner {
  readonly attention: string;
  create(model: Uint8Array, external: readonly ExternalFile[]): Promise<Run>;
}

async function ourRunner(loaded: LoadedOrt, backend: Backend): Promise<Runner> {
  const engine = backend === "webgpu" ? await webGpuEngine(loaded) : Engine.onWasm(loaded);
  return {
    attention: engine.attention,
    async create(model, external) {
      const cut = engine.isProcessor ? await openHoisted(engine, model, external) : undefined;
      if (cut !== undefined) return heldRun(cut.network);
      const session = await engine.createSession(model, external);
      return async (inputs) => Object.values(await engine.run(session, inputs))[0];
    },
  };
}

/** As in a picture: the first run computes what the prompt alone decides, the others are steps. */
function heldRun(network: Network): Run {
  const pick = (inputs: Readonly<Record<string, Tensor>>, changing: boolean) =>
    Object.fromEntries(Object.entries(inputs).filter(([name]) => CHANGING.includes(name) === changing));
  let held: Network | undefined;
  return async (inputs) => {
    held ??= await network.hold(pick(inputs, false));
    return Object.values(await held.run(pick(inputs, true)))[0];
  };
}

/** The runtime's default build; only where its files are is said, which is the bundler's business. */
async function defaultOrt(): Promise<Ort> {
  const ort = await import("onnxruntime-web");
  const here = self.location.href;
  ort.env.wasm.wasmPaths = { mjs: new URL(jsepGlue, here).href, wasm: new URL(jsepWasm, here).href };
  return ort;
}

function plainRunner(ort: Ort, backend: Backend): Runner {
  return {
    attention: "the provider's device",
    async create(model) {
      const session = await ort.InferenceSession.create(model, { executionProviders: [{ name: backend }], logSeverityLevel: 3 });
      return async (inputs) => {
        const feeds = Object.entries(inputs).map(([name, { data, dims }]) => [name, new ort.Tensor("float32", data, [...dims])]);
        const [output] = Object.values(await session.run(Object.fromEntries(feeds)));
        const values = await output?.getData();
        return output && values instanceof Float32Array ? { data: values, dims: output.dims } : undefined;
      };
    },
  };
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
