import { GraphBuilder } from "../onnx/builder.ts";
import { multiHeadAttention } from "../onnx/ops/matrix.ts";
import { writeModel } from "../onnx/write.ts";
import type { Tensor } from "../shared/tensor.ts";
import type { FixedShapes } from "./types.ts";

/**
 * The WebGPU provider's fused attention gives wrong numbers, without any message, on devices with narrow subgroups (onnxruntime pull request
 * 28520; relative error 0.03 to 0.8). So it is tried before it is trusted: a small graph, against plain JavaScript.
 */
interface Shape {
  readonly heads: number;
  readonly headSize: number;
  readonly queries: number;
  readonly keys: number;
  readonly biased: boolean;
}

/** Like the networks': keys beyond the queries (conditioning tokens), 64 and 32 channels a head, the text encoder's masked 77 tokens. */
const shapes: readonly Shape[] = [
  { heads: 2, headSize: 64, queries: 40, keys: 51, biased: false },
  { heads: 3, headSize: 32, queries: 70, keys: 78, biased: false },
  { heads: 2, headSize: 48, queries: 77, keys: 77, biased: true },
];

/** float32 sums in another order differ by some 1e-6; the fault is 1e-2 and more. */
const TOLERANCE = 1e-3;

/** Runs a one-node graph (an .onnx file) and gives `output`. */
export type RunOnce = (model: Uint8Array, inputs: Readonly<Record<string, Tensor>>) => Promise<Tensor>;

/** Whether fused attention is right where `run` runs it. */
export async function fusedAttentionIsRight(run: RunOnce): Promise<boolean> {
  for (const shape of shapes) {
    const inputs = inputsOf(shape);
    const { data } = await run(attentionModel(shape), inputs);
    if (!isNear(data, attend(shape, inputs))) return false;
  }
  return true;
}

/** One attention several times with other inputs: what recorded commands must give when they are replayed. */
export function replayTrial(): {
  readonly model: Uint8Array;
  readonly fixed: FixedShapes;
  readonly runs: readonly { readonly inputs: Readonly<Record<string, Tensor>>; readonly expected: Float32Array }[];
} {
  const [shape] = shapes;
  if (shape === undefined) throw new Error("no shape");
  const runs = [0, 1, 2].map((phase) => {
    const inputs = inputsOf(shape, phase);
    return { inputs, expected: attend(shape, inputs) };
  });
  return { model: attentionModel(shape), fixed: { sizes: {} }, runs };
}

/** Whether two results are one, up to float32's rounding. */
export function isNear(x: Float32Array, y: Float32Array): boolean {
  return relativeError(x, y) < TOLERANCE;
}

function attentionModel({ heads, headSize, queries, keys, biased }: Shape): Uint8Array {
  const graph = new GraphBuilder("attention", () => ({ kind: "dense", dtype: "float32" }));
  const c = heads * headSize;
  const q = graph.input("q", "float32", [2, queries, c]);
  const k = graph.input("k", "float32", [2, keys, c]);
  const v = graph.input("v", "float32", [2, keys, c]);
  const bias = biased ? graph.input("bias", "float32", [2, 1, queries, keys]) : undefined;
  const output = multiHeadAttention(graph.root, q, k, v, heads, bias);
  return writeModel(graph.finish({ output }));
}

function inputsOf({ heads, headSize, queries, keys, biased }: Shape, phase = 0): Record<"q" | "k" | "v", Tensor> & { bias?: Tensor } {
  const c = heads * headSize;
  const wave = (dims: readonly number[], step: number): Tensor => ({
    data: Float32Array.from({ length: dims.reduce((a, b) => a * b, 1) }, (_, i) => 2 * Math.sin(i * step + step + phase)),
    dims,
  });
  const inputs = { q: wave([2, queries, c], 0.731), k: wave([2, keys, c], 1.313), v: wave([2, keys, c], 0.417) };
  if (!biased) return inputs;
  const causal = Float32Array.from({ length: 2 * queries * keys }, (_, i) => (i % keys > Math.floor(i / keys) % queries ? -1e4 : 0));
  return { ...inputs, bias: { data: causal, dims: [2, 1, queries, keys] } };
}

/** softmax(q kᵀ / sqrt(headSize) + bias) v, in float64. */
function attend({ heads, headSize, queries, keys }: Shape, { q, k, v, bias }: ReturnType<typeof inputsOf>): Float32Array {
  const c = heads * headSize;
  const out = new Float32Array(2 * queries * c);
  for (let row = 0; row < 2 * queries; row++) {
    const n = Math.floor(row / queries);
    for (let h = 0; h < heads; h++) {
      const at = (t: Tensor, r: number, i: number): number => t.data[r * c + h * headSize + i] ?? 0;
      const weights = Array.from({ length: keys }, (_, j) => {
        let dot = 0;
        for (let i = 0; i < headSize; i++) dot += at(q, row, i) * at(k, n * keys + j, i);
        return Math.exp(dot / Math.sqrt(headSize) + (bias?.data[row * keys + j] ?? 0));
      });
      const total = weights.reduce((a, b) => a + b, 0);
      for (let i = 0; i < headSize; i++) {
        out[row * c + h * headSize + i] = weights.reduce((sum, w, j) => sum + w * at(v, n * keys + j, i), 0) / total;
      }
    }
  }
  return out;
}

function relativeError(x: Float32Array, y: Float32Array): number {
  let [difference, norm] = [0, 0];
  for (let i = 0; i < y.length; i++) {
    difference += ((x[i] ?? Number.NaN) - (y[i] ?? 0)) ** 2;
    norm += (y[i] ?? 0) ** 2;
  }
  return Math.sqrt(difference / norm);
}
