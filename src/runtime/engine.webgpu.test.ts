import { expect, test } from "vitest";
import { gpuEngine } from "../../fixtures/gpu-engine.ts";
import { GraphBuilder } from "../onnx/builder.ts";
import { add, mul } from "../onnx/ops/elementwise.ts";
import { tensor } from "../onnx/weight-expr.ts";
import { writeModel } from "../onnx/write.ts";
import { toFloat16 } from "../shared/float16.ts";
import { parseManifest } from "../shared/parse-manifest.ts";
import { fusedAttentionIsRight } from "./attention-check.ts";
import { chooseBackend, requestDevice } from "./device.ts";
import { Engine } from "./engine.ts";
import type { LoadedOrt } from "./ort.ts";
import { loadOrt } from "./ort-browser.ts";
import { createRuntime } from "./runtime.ts";
import { urlFolder } from "./url-folder.ts";
import { webGpuEngine } from "./web-gpu-engine.ts";

async function adapter(): Promise<GPUAdapter> {
  const found = await navigator.gpu.requestAdapter();
  if (found === null) throw new Error("this Chromium has no WebGPU adapter");
  return found;
}

/** A build of the runtime: asyncify's is the one for browsers without JSPI, which this one has. */
async function loadedAs(build: LoadedOrt["build"]): Promise<LoadedOrt> {
  const suspending = Object.getOwnPropertyDescriptor(WebAssembly, "Suspending");
  if (build === "asyncify") Reflect.deleteProperty(WebAssembly, "Suspending");
  try {
    const loaded = await loadOrt(build === "wasm" ? "wasm" : "webgpu");
    expect(loaded.build).toBe(build);
    return loaded;
  } finally {
    if (suspending !== undefined) Object.defineProperty(WebAssembly, "Suspending", suspending);
  }
}

/** y = x * x, of any length. */
function square(): Uint8Array {
  const graph = new GraphBuilder("square", () => ({ kind: "dense", dtype: "float32" }));
  const x = graph.input("x", "float32", [4]);
  return writeModel(graph.finish({ y: mul(graph.root, x, x) }));
}

test("a software adapter is left alone unless it is asked for", async () => {
  expect((await chooseBackend("auto")).backend).toBe("wasm");
  expect((await chooseBackend("webgpu")).backend).toBe("webgpu");
  expect((await chooseBackend("wasm")).backend).toBe("wasm");
});

test("attention that a device gets wrong is not used there", async () => {
  const gpu = await adapter();
  const engine = await webGpuEngine(await loadOrt("webgpu"));
  // SwiftShader's subgroups are 4 wide: the fused kernel is wrong with them and right without. Which of the two others is taken, their times decide.
  if (gpu.info.architecture === "swiftshader" && gpu.features.has("subgroups")) expect(engine.attention).not.toBe("fused");
  const run = async (model: Uint8Array, inputs: Parameters<Engine["run"]>[1]) => {
    const { output } = await engine.run(await engine.createSession(model, []), inputs);
    if (output === undefined) throw new Error("no output");
    return output;
  };
  if (engine.attention !== "decomposed") expect(await fusedAttentionIsRight(run)).toBe(true);
  engine.dispose();
});

test("the check finds the fault where it is known", async ({ skip }) => {
  const gpu = await adapter();
  skip(gpu.info.architecture !== "swiftshader", "the fault is known of SwiftShader");
  const { ort } = await loadOrt("webgpu");
  const device = await requestDevice({ subgroups: true });
  const right = await fusedAttentionIsRight(async (model, inputs) => {
    const session = await ort.InferenceSession.create(model, { executionProviders: [{ name: "webgpu", device }] });
    const feeds = Object.fromEntries(Object.entries(inputs).map(([name, { data, dims }]) => [name, new ort.Tensor(data, [...dims])]));
    const { output } = await session.run(feeds);
    return { data: (await output?.getData()) as Float32Array, dims: output?.dims ?? [] };
  });
  expect(right).toBe(false);
});

test.each(["wasm", "webgpu"] as const)("inputs given and inputs held are the same on %s", async (backend) => {
  const loaded = await loadOrt(backend);
  const engine = backend === "wasm" ? Engine.onWasm(loaded) : (await gpuEngine(loaded)).engine;
  const session = await engine.createSession(square(), []);
  const x = { data: Float32Array.of(1, -2, 3, 0.5), dims: [4] };
  const expected = Float32Array.of(1, 4, 9, 0.25);
  expect((await engine.run(session, { x })).y?.data).toEqual(expected);
  const held = engine.upload(x);
  for (let i = 0; i < 3; i++) expect((await engine.run(session, { x: held })).y?.data).toEqual(expected);
  held.dispose();
  await session.release();
  engine.dispose();
});

test.each(["wasm", "jspi", "asyncify"] as const)(
  "half-precision weights arrive as they are in the build %s, from a Blob",
  async (build) => {
    const graph = new GraphBuilder<"weight">("halves", () => ({ kind: "dense", dtype: "float16" }));
    const x = graph.input("x", "float32", [3]);
    const weight = (name: string) => graph.root.dense(name, tensor(name, [3]), "weight");
    const places = new Map([
      ["scale", 2],
      ["shift", 10],
    ]);
    const y = add(graph.root, mul(graph.root, x, weight("scale")), weight("shift"));
    const model = writeModel(graph.finish({ y }), (name) => ({ location: "halves.data", offset: places.get(name) ?? 0, length: 6 }));
    const data = new Blob([
      Uint16Array.of(0, ...toFloat16(Float32Array.of(2, 0.5, -3)), 0, ...toFloat16(Float32Array.of(1, 65504, 2 ** -24))),
    ]);
    const loaded = await loadedAs(build);
    const engine = build === "wasm" ? Engine.onWasm(loaded) : (await gpuEngine(loaded)).engine;
    const session = await engine.createSession(model, [{ path: "halves.data", data }]);
    expect((await engine.run(session, { x: { data: Float32Array.of(1, 2, 0), dims: [3] } })).y?.data).toEqual(
      Float32Array.of(3, 65505, 2 ** -24),
    );
    await engine.release(session);
    engine.dispose();
  },
);

test("a network of the embedded model computes the same in the build without JSPI, which takes weights whole", async () => {
  const folder = urlFolder(new URL("/models/mini/", location.href));
  const manifest = parseManifest(await (await folder.read("cascade.json")).text());
  const latent = { data: Float32Array.from({ length: 4 * 8 * 8 }, (_, i) => Math.sin(0.37 * i)), dims: [1, 4, 8, 8] };
  const images: Float32Array[] = [];
  for (const build of ["jspi", "asyncify"] as const) {
    const { engine } = await gpuEngine(await loadedAs(build));
    const runtime = createRuntime(engine, folder, manifest, { backend: "webgpu", reason: "a test" });
    const { image } = await (await runtime.open("stage-a")).run({ latent });
    images.push(image?.data ?? new Float32Array());
    await runtime.dispose();
  }
  const [jspi, asyncify] = images;
  expect(jspi?.length).toBe(3 * 32 * 32);
  // The same kernels over the same numbers.
  expect(asyncify).toEqual(jspi);
});

const zeros = { x: { data: new Float32Array(4), dims: [4] } };

test("a lost device is an error of its own", async () => {
  const { engine, device } = await gpuEngine(await loadOrt("webgpu"));
  const session = await engine.createSession(square(), []);
  device.destroy();
  await expect(engine.run(session, zeros)).rejects.toMatchObject({ code: "device-lost" });
  // Letting go of what is gone hides no error behind its own.
  await engine.release(session);
});
