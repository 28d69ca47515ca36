import * as ort from "onnxruntime-web/jspi";
import wasm from "onnxruntime-web/ort-wasm-simd-threaded.jspi.wasm?url";
import { beforeAll, expect, test } from "vitest";
import { errorInDeviations, type Files, type GoldenName, goldenCases, goldenFiles } from "../../fixtures/golden.ts";
import { halfPrecisionLookups } from "../onnx/half-lookups.ts";

// As on WASM: float32 against float32, and a wrong kernel, block or layout gives far more.
const TOLERANCE = 1e-3;

let device: GPUDevice;

beforeAll(async () => {
  ort.env.wasm.wasmPaths = { wasm };
  ort.env.wasm.numThreads = 1;
  const adapter = await navigator.gpu.requestAdapter();
  if (adapter === null) throw new Error("no WebGPU adapter");
  const { maxBufferSize, maxStorageBufferBindingSize, maxStorageBuffersPerShaderStage, maxComputeWorkgroupStorageSize } = adapter.limits;
  // Without `subgroups`: with them the fused attention is wrong on narrow ones (see attention.webgpu.test.ts).
  device = await adapter.requestDevice({
    requiredLimits: { maxBufferSize, maxStorageBufferBindingSize, maxStorageBuffersPerShaderStage, maxComputeWorkgroupStorageSize },
  });
});

async function read(path: string): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetch(`/fixtures/${path}`);
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

/** The worst error over a part's cases and outputs, in deviations. */
async function worstError(part: GoldenName, files: Files): Promise<number> {
  const lookups = halfPrecisionLookups(files.model);
  const session = await ort.InferenceSession.create(files.model, {
    executionProviders: [{ name: "webgpu", device, ...(lookups.length > 0 && { forceCpuNodeNames: lookups }) }],
    externalData: [...files.data],
  });
  let worst = 0;
  for (const { inputs, outputs } of await goldenCases(part, files, read)) {
    const feeds = Object.fromEntries(
      files.graph.inputs.map(({ name, dtype }) => {
        const { data = new Float32Array(), dims = [] } = inputs[name] ?? {};
        return [
          name,
          dtype === "int64" ? new ort.Tensor("int64", BigInt64Array.from(data, BigInt), dims) : new ort.Tensor("float32", data, dims),
        ];
      }),
    );
    const results = await session.run(feeds);
    for (const [name, reference] of Object.entries(outputs)) {
      const result = results[name];
      expect(result?.dims).toEqual(reference.dims);
      if (!(result?.data instanceof Float32Array)) throw new Error(`${name} is not float32`);
      worst = Math.max(worst, errorInDeviations(result.data, reference));
    }
  }
  await session.release();
  return worst;
}

test.each(["text-encoder", "stage-c", "stage-b", "options", "stage-a", "previewer"] as const)(
  "%s in float32 gives the reference's numbers on WebGPU",
  async (part) => {
    const error = await worstError(part, await goldenFiles(part, read));
    expect(error).toBeLessThan(TOLERANCE);
  },
);

test("a half-precision token table is looked up on a device that has no half precision", async () => {
  expect(device.features.has("shader-f16")).toBe(false);
  const files = await goldenFiles("text-encoder", read, (_, role) => (role === "embedding" ? "f16" : "f32"));
  expect(halfPrecisionLookups(files.model)).toHaveLength(2);
  // The checkpoint itself is float16, so nothing is lost.
  expect(await worstError("text-encoder", files)).toBeLessThan(TOLERANCE);
});
