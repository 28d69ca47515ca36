import { expect, test } from "vitest";
import { GraphBuilder } from "../onnx/builder.ts";
import { mul } from "../onnx/ops/elementwise.ts";
import { writeModel } from "../onnx/write.ts";
import { fusedAttentionIsRight } from "./attention-check.ts";
import { chooseBackend, requestDevice } from "./device.ts";
import { Engine } from "./engine.ts";
import { loadOrt } from "./ort-browser.ts";

async function adapter(): Promise<GPUAdapter> {
  const found = await navigator.gpu.requestAdapter();
  if (found === null) throw new Error("this Chromium has no WebGPU adapter");
  return found;
}

/** y = x * x, of any length. */
function square(): Uint8Array {
  const graph = new GraphBuilder("square", () => ({ kind: "dense", dtype: "float32" }));
  const x = graph.input("x", "float32", [4]);
  return writeModel(graph.finish({ y: mul(graph.root, x, x) }), () => {
    throw new Error("no weights");
  });
}

test("a software adapter is left alone unless it is asked for", async () => {
  expect((await chooseBackend("auto")).backend).toBe("wasm");
  expect((await chooseBackend("webgpu")).backend).toBe("webgpu");
  expect((await chooseBackend("wasm")).backend).toBe("wasm");
});

test("attention that a device gets wrong is not used there", async () => {
  const gpu = await adapter();
  const engine = await Engine.onWebGpu(await loadOrt("webgpu"));
  // SwiftShader's subgroups are 4 wide: the fused kernel is wrong with them and right without.
  if (gpu.info.architecture === "swiftshader" && gpu.features.has("subgroups")) expect(engine.attention).toBe("fused-without-subgroups");
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
  const engine = backend === "wasm" ? Engine.onWasm(loaded) : await Engine.onWebGpu(loaded);
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

/** An engine and the device it runs on. */
async function engineWithDevice(): Promise<{ engine: Engine; device: GPUDevice }> {
  const devices: GPUDevice[] = [];
  const { requestDevice: original } = GPUAdapter.prototype;
  GPUAdapter.prototype.requestDevice = async function (this: GPUAdapter, descriptor) {
    const device = await original.call(this, descriptor);
    devices.push(device);
    return device;
  };
  const engine = await Engine.onWebGpu(await loadOrt("webgpu"));
  GPUAdapter.prototype.requestDevice = original;
  const device = devices.at(-1);
  if (device === undefined) throw new Error("the engine asked for no device");
  return { engine, device };
}

const zeros = { x: { data: new Float32Array(4), dims: [4] } };

test("a lost device is an error of its own", async () => {
  const { engine, device } = await engineWithDevice();
  const session = await engine.createSession(square(), []);
  device.destroy();
  await expect(engine.run(session, zeros)).rejects.toMatchObject({ code: "device-lost" });
  // Letting go of what is gone hides no error behind its own.
  await engine.release(session);
});
