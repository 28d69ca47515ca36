import type { Graph } from "../src/onnx/graph.ts";
import type { WeightExpr } from "../src/onnx/weight.ts";
import { sizeOf } from "../src/shared/tensor.ts";

/**
 * A checkpoint of made-up weights for a graph, as a safetensors file in the diffusers layout: both sides of the benchmark convert the same file.
 * Values are uniform, scaled by fan-in, so that activations stay of order one.
 */
export function madeUpCheckpoint(graph: Graph): Uint8Array {
  const shapes = new Map<string, readonly number[]>();
  for (const { weight } of graph.weights) collect(weight, shapes);
  const header: Record<string, unknown> = {};
  let end = 0;
  for (const [key, shape] of shapes) {
    const start = end;
    end += 4 * sizeOf(shape);
    header[key] = { dtype: "F32", shape, data_offsets: [start, end] };
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const file = new Uint8Array(8 + text.length + end);
  new DataView(file.buffer).setBigUint64(0, BigInt(text.length), true);
  file.set(text, 8);
  const values = new DataView(file.buffer, 8 + text.length);
  const random = xorshift(1);
  let at = 0;
  for (const [key, shape] of shapes) {
    const amplitude = shape.length > 1 ? Math.sqrt(3 / sizeOf(shape.slice(1))) : 0.05;
    for (let i = sizeOf(shape); i > 0; i--, at += 4) values.setFloat32(at, random() * (/gamma|beta/.test(key) ? 0.1 : amplitude), true);
  }
  return file;
}

function collect(weight: WeightExpr, into: Map<string, readonly number[]>): void {
  if (weight.op === "tensor") into.set(weight.key, weight.shape);
  else if (weight.op === "concat") for (const part of weight.parts) collect(part, into);
  else if ("x" in weight) collect(weight.x, into);
  else if ("a" in weight) for (const term of [weight.a, weight.b]) collect(term, into);
  else if (weight.op === "matvec") for (const term of [weight.matrix, weight.vector]) collect(term, into);
}

/** Uniform in [-1, 1), the same on every machine. */
export function xorshift(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state / 2 ** 31;
  };
}
