import * as ort from "onnxruntime-web/jspi";
import wasm from "onnxruntime-web/ort-wasm-simd-threaded.jspi.wasm?url";
import { beforeAll, describe, expect, test } from "vitest";
import { type AttentionShape, attend, attentionInputs, attentionModel, runAttention, worstError } from "../../fixtures/attention.ts";
import { decomposeAttention } from "./decompose-attention.ts";

// Attention as a single operator: inside a network its fault hides (a whole small U-Net was off by 5e-4 only).
const shapes: readonly AttentionShape[] = [
  { heads: 2, headSize: 64, queries: 40, keys: 51, masked: false },
  { heads: 2, headSize: 32, queries: 77, keys: 77, masked: true },
];

// float32 in other orders of summation; the fault is 0.03 to 0.8.
const TOLERANCE = 1e-4;

beforeAll(() => {
  ort.env.wasm.wasmPaths = { wasm };
  ort.env.wasm.numThreads = 1;
});

async function run(
  model: Uint8Array,
  inputs: ReturnType<typeof attentionInputs>,
  features: readonly GPUFeatureName[],
): Promise<Float32Array> {
  const adapter = await navigator.gpu.requestAdapter();
  if (adapter === null) throw new Error("no WebGPU adapter");
  const device = await adapter.requestDevice({ requiredFeatures: features.filter((feature) => adapter.features.has(feature)) });
  return await runAttention(ort, model, inputs, { executionProviders: [{ name: "webgpu", device }] });
}

describe.each(shapes)("$heads heads of $headSize, $queries queries, $keys keys, masked $masked", (shape) => {
  const inputs = attentionInputs(shape);
  const reference = attend(shape, inputs);

  test("fused attention is right on a device without subgroups", async () => {
    expect(worstError(await run(attentionModel(shape), inputs, []), reference)).toBeLessThan(TOLERANCE);
  });

  // The fused form is wrong on narrow subgroups (0.83 relative on SwiftShader's four), which is what this form is for.
  test("decomposed attention is right on a device with subgroups too", async () => {
    expect(worstError(await run(decomposeAttention(attentionModel(shape)), inputs, ["subgroups"]), reference)).toBeLessThan(TOLERANCE);
  });
});
