import * as ort from "onnxruntime-web/jspi";
import wasm from "onnxruntime-web/ort-wasm-simd-threaded.jspi.wasm?url";
import { beforeAll, expect, test } from "vitest";
import { quantizeRows } from "../../convert/quantize.ts";
import { toFloat16 } from "../../shared/float16.ts";
import { GraphBuilder } from "../builder.ts";
import { dim } from "../dim.ts";
import type { Encoding } from "../weight.ts";
import * as w from "../weight-expr.ts";
import { writeModel } from "../write.ts";
import { matMulNBits } from "./matrix.ts";

const [N, K] = [40, 96]; // three blocks a row: zero points of 4 bits end in half a byte

beforeAll(() => {
  ort.env.wasm.wasmPaths = { wasm };
  ort.env.wasm.numThreads = 1;
});

const wave = (length: number, step: number): Float32Array<ArrayBuffer> =>
  Float32Array.from({ length }, (_, i) => Math.sin(i * step + step) + 0.3);
const matrix = wave(N * K, 0.917);
const bias = wave(N, 0.313);

/** A graph of the one operator, and its weights as the converter writes them. */
function quantized(bits: 4 | 8, symmetric: boolean) {
  const encoding: Encoding = { kind: "nbits", bits, blockSize: 32, symmetric };
  const graph = new GraphBuilder<"weight">("product", () => encoding);
  const x = graph.input("x", "float32", [dim("rows"), K]);
  const { values } = graph.weight("weight", w.tensor("weight", [N, K]), "weight", "matrix");
  const y = matMulNBits(graph.root, x, { kind: "nbits", bits, blockSize: 32, symmetric }, values, graph.root.float32(bias));
  const parts = quantizeRows(matrix, K, { bits, symmetric, scaleType: "float16" });
  const bytes = [parts.values, new Uint8Array(toFloat16(parts.scales).buffer), ...(parts.zeroPoints ? [parts.zeroPoints] : [])];
  const data = new Uint8Array(bytes.reduce((sum, part) => sum + part.length, 0));
  const places = new Map<string, { location: string; offset: number; length: number }>();
  const finished = graph.finish({ y });
  let offset = 0;
  finished.weights[0]?.initializers.forEach(({ name }, i) => {
    const part = bytes[i] ?? new Uint8Array();
    data.set(part, offset);
    places.set(name, { location: "w", offset, length: part.length });
    offset += part.length;
  });
  const model = writeModel(finished, (name) => places.get(name) ?? { location: "", offset: 0, length: 0 });
  return { model, data };
}

// Rows below and above what the provider's kernels for few and for many rows take.
test.each([
  [4, true, 1],
  [4, false, 1],
  [8, true, 1],
  [4, true, 130],
  [4, false, 130],
  [8, true, 130],
  [8, false, 130],
] as const)("%i bits, symmetric %s, %i rows: the product with the rounded matrix, on WebGPU", async (bits, symmetric, rows) => {
  const { model, data } = quantized(bits, symmetric);
  const x = wave(rows * K, 1.711);
  const results: Float32Array[] = [];
  for (const provider of ["wasm", "webgpu"] as const) {
    const session = await ort.InferenceSession.create(model, {
      executionProviders: [{ name: provider }],
      externalData: [{ path: "w", data }],
    });
    const { y } = await session.run({ x: new ort.Tensor("float32", x, [rows, K]) });
    if (!(y?.data instanceof Float32Array)) throw new Error("no output");
    results.push(y.data);
    await session.release();
  }
  const [onCpu = new Float32Array(), onGpu = new Float32Array()] = results;
  const exact = Float32Array.from({ length: rows * N }, (_, i) => {
    let sum = bias[i % N] ?? 0;
    for (let k = 0; k < K; k++) sum += (x[Math.floor(i / N) * K + k] ?? 0) * (matrix[(i % N) * K + k] ?? 0);
    return sum;
  });
  const largest = Math.max(...exact.map(Math.abs));
  const worst = (a: Float32Array, b: Float32Array) =>
    a.reduce((most, value, i) => Math.max(most, Math.abs(value - (b[i] ?? Number.NaN))), 0) / largest;
  // The providers differ by float32's order of summation; both from the exact product by the rounding of the weights.
  expect(worst(onGpu, onCpu)).toBeLessThan(1e-5);
  expect(worst(onCpu, exact)).toBeLessThan(bits === 4 ? 0.1 : 0.01);
});
