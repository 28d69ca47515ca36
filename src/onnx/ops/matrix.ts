import type { Scope, Value } from "../builder.ts";
import { sameDim, sameShape, show } from "../dim.ts";
import type { Encoding } from "../weight.ts";
import { broadcast, located } from "./elementwise.ts";

/** numpy's matmul: [..., m, k] times [..., k, n]. */
export function matMul(s: Scope, a: Value, b: Value): Value {
  const [k = 0, n = 0] = b.shape.slice(-2);
  const [m = 0, inner = 0] = a.shape.slice(-2);
  if (a.shape.length < 2 || b.shape.length < 2 || !sameDim(inner, k))
    throw new Error(`${s.path}/MatMul: ${show(a.shape)} times ${show(b.shape)}`);
  const batch = located(s, "MatMul", () => broadcast(a.shape.slice(0, -2), b.shape.slice(0, -2)));
  return s.op("MatMul", [a, b], a.dtype, [...batch, m, n]);
}

/** a^T b + c: a [k, m], b [k, n], c [n] -> [m, n]. */
export function gemmTransposed(s: Scope, a: Value, b: Value, c: Value): Value {
  const [k = 0, m = 0] = a.shape;
  const [rows = 0, n = 0] = b.shape;
  if (!sameDim(k, rows) || !sameDim(c.shape[0] ?? 0, n))
    throw new Error(`${s.path}/Gemm: ${show(a.shape)}^T, ${show(b.shape)}, ${show(c.shape)}`);
  return s.op("Gemm", [a, b, c], a.dtype, [m, n], { transA: { kind: "int", value: 1 } });
}

/** x [..., k] times a quantized [n, k], plus bias [n]: onnxruntime's MatMulNBits. `values` are the weight's initializers. */
export function matMulNBits(s: Scope, x: Value, encoding: Encoding & { kind: "nbits" }, values: readonly Value[], bias?: Value): Value {
  const [quantized, scales, zeroPoints] = values;
  const [n = 0, blocks = 0] = quantized?.shape ?? [];
  const k = x.shape.at(-1);
  if (typeof n !== "number" || typeof blocks !== "number" || k !== blocks * encoding.blockSize) {
    throw new Error(`${s.path}/MatMulNBits: ${show(x.shape)} times [${n}, ${blocks} x ${encoding.blockSize}]`);
  }
  const inputs = [x, quantized, scales, zeroPoints, undefined, bias];
  while (inputs.at(-1) === undefined) inputs.pop();
  const attributes = { K: k, N: n, bits: encoding.bits, block_size: encoding.blockSize };
  return s.op(
    "MatMulNBits",
    inputs,
    x.dtype,
    [...x.shape.slice(0, -1), n],
    Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, { kind: "int", value }])),
    "com.microsoft",
  );
}

/**
 * softmax(q k^T / sqrt(d) + bias) v over `heads` heads, heads side by side in the channels: q [B, S, C], k and v [B, L, C], bias
 * broadcast to [B, heads, S, L]. num_heads and scale are written out so that decompose-attention.ts needs nothing but the node.
 */
export function multiHeadAttention(s: Scope, q: Value, k: Value, v: Value, heads: number, bias?: Value): Value {
  const channels = q.shape.at(-1);
  if (typeof channels !== "number" || channels % heads !== 0 || !sameShape(k.shape, v.shape) || k.shape.at(-1) !== channels) {
    throw new Error(`${s.path}/MultiHeadAttention: ${heads} heads, ${show(q.shape)}, ${show(k.shape)}, ${show(v.shape)}`);
  }
  return s.op(
    "MultiHeadAttention",
    bias === undefined ? [q, k, v] : [q, k, v, undefined, undefined, bias],
    q.dtype,
    q.shape,
    { num_heads: { kind: "int", value: heads }, scale: { kind: "float", value: 1 / Math.sqrt(channels / heads) } },
    "com.microsoft",
  );
}
