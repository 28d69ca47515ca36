import type { Scope, Value } from "../builder.ts";
import { type Shape, sameDim, show } from "../dim.ts";

/** (x - mean) / sqrt(var + epsilon) * scale + bias over the last axis. */
export function layerNormalization(s: Scope, x: Value, scale: Value, bias: Value | undefined, epsilon: number): Value {
  if (!sameDim(x.shape.at(-1) ?? 0, scale.shape[0] ?? 0))
    throw new Error(`${s.path}/LayerNormalization: ${show(x.shape)} by ${show(scale.shape)}`);
  return s.op("LayerNormalization", bias === undefined ? [x, scale] : [x, scale, bias], x.dtype, x.shape, {
    axis: { kind: "int", value: -1 },
    epsilon: { kind: "float", value: epsilon },
  });
}

/** sqrt of the sum of squares over `axes`, which stay as 1. */
export function reduceL2(s: Scope, x: Value, axes: readonly number[]): Value {
  return s.op("ReduceL2", [x, s.int64(axes)], x.dtype, reduced(x.shape, axes), { keepdims: { kind: "int", value: 1 } });
}

/** x divided by its L1 (p = 1) or L2 norm over the last axis; 0 where that is 0. */
export function lpNormalization(s: Scope, x: Value, p: 1 | 2): Value {
  return s.op("LpNormalization", [x], x.dtype, x.shape, { axis: { kind: "int", value: -1 }, p: { kind: "int", value: p } });
}

/** (x - mean) / sqrt(variance) * scale + shift of [N, C, H, W] with numbers of each channel [C]. */
export function batchNormalization(s: Scope, x: Value, channel: Readonly<Record<"scale" | "shift" | "mean" | "variance", Value>>): Value {
  const { scale, shift, mean, variance } = channel;
  for (const each of Object.values(channel)) {
    if (!sameDim(each.shape[0] ?? 0, x.shape[1] ?? 1))
      throw new Error(`${s.path}/BatchNormalization: ${show(x.shape)} by ${show(each.shape)}`);
  }
  return s.op("BatchNormalization", [x, scale, shift, mean, variance], x.dtype, x.shape, { epsilon: { kind: "float", value: 0 } });
}

/** Index of the first largest element along an axis, which stays as 1; int64. */
export function argMax(s: Scope, x: Value, axis: number): Value {
  return s.op("ArgMax", [x], "int64", reduced(x.shape, [axis]), {
    axis: { kind: "int", value: axis },
    keepdims: { kind: "int", value: 1 },
  });
}

function reduced(shape: Shape, axes: readonly number[]): Shape {
  return shape.map((d, i) => (axes.includes(i) || axes.includes(i - shape.length) ? 1 : d));
}
