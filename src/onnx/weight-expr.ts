import { sizeOf } from "../shared/tensor.ts";
import type { WeightExpr } from "./weight.ts";

/** A checkpoint tensor of this shape. */
export function tensor(key: string, shape: readonly number[]): WeightExpr {
  return { op: "tensor", key, shape };
}

/** Numbers known now; `values` are copied. */
export function literal(values: ArrayLike<number>, shape: readonly number[] = [values.length]): WeightExpr {
  if (sizeOf(shape) !== values.length) throw new Error(`literal: ${values.length} values for shape [${shape}]`);
  return { op: "literal", values: Float32Array.from(values), shape };
}

/** `value` everywhere. */
export function filled(value: number, shape: readonly number[]): WeightExpr {
  return { op: "literal", values: new Float32Array(sizeOf(shape)).fill(value), shape };
}

/** Parts one after another along axis 0. Throws unless they agree on the other axes. */
export function concat(...parts: readonly WeightExpr[]): WeightExpr {
  const first = parts[0];
  if (first === undefined) throw new Error("concat: no parts");
  if (parts.length === 1) return first;
  const rest = first.shape.slice(1);
  let rows = 0;
  for (const { shape } of parts) {
    if (!sameShape(shape.slice(1), rest)) throw new Error(`concat: [${shape}] does not go below [${first.shape}]`);
    rows += shape[0] ?? 0;
  }
  return { op: "concat", parts, shape: [rows, ...rest] };
}

export function reshape(x: WeightExpr, shape: readonly number[]): WeightExpr {
  if (sizeOf(shape) !== sizeOf(x.shape)) throw new Error(`reshape: [${x.shape}] does not fit [${shape}]`);
  return sameShape(x.shape, shape) ? x : { op: "reshape", x, shape };
}

export function transpose(x: WeightExpr, perm: readonly number[]): WeightExpr {
  if ([...perm].sort((a, b) => a - b).join() !== x.shape.map((_, i) => i).join()) throw new Error(`transpose: [${perm}] of [${x.shape}]`);
  return { op: "transpose", x, perm, shape: perm.map((axis) => x.shape[axis] ?? 0) };
}

/** Rows start ≤ i < end of axis 0. */
export function slice(x: WeightExpr, start: number, end: number): WeightExpr {
  const [rows = 0, ...rest] = x.shape;
  if (!(start >= 0 && start < end && end <= rows)) throw new Error(`slice: ${start}..${end} of [${x.shape}]`);
  return { op: "slice", x, start, shape: [end - start, ...rest] };
}

/** Sum of all terms. Throws unless shapes are equal. */
export function add(first: WeightExpr, ...terms: readonly WeightExpr[]): WeightExpr {
  return terms.reduce((a, b) => {
    if (!sameShape(a.shape, b.shape)) throw new Error(`add: [${a.shape}] and [${b.shape}]`);
    return { op: "add", a, b, shape: a.shape };
  }, first);
}

/** a * b, b broadcast onto a. */
export function multiply(a: WeightExpr, b: WeightExpr): WeightExpr {
  const fits = a.shape.length === b.shape.length && b.shape.every((dim, i) => dim === 1 || dim === a.shape[i]);
  if (!fits) throw new Error(`multiply: [${b.shape}] does not broadcast onto [${a.shape}]`);
  return { op: "multiply", a, b, shape: a.shape };
}

/** x * scale + offset. */
export function affine(x: WeightExpr, scale: number, offset = 0): WeightExpr {
  return scale === 1 && offset === 0 ? x : { op: "affine", x, scale, offset, shape: x.shape };
}

/** 1 / sqrt(x + epsilon). */
export function rsqrt(x: WeightExpr, epsilon: number): WeightExpr {
  return { op: "rsqrt", x, epsilon, shape: x.shape };
}

/** [n, k] times [k] -> [n]. */
export function matvec(matrix: WeightExpr, vector: WeightExpr): WeightExpr {
  const [n, k] = matrix.shape;
  if (n === undefined || matrix.shape.length !== 2 || vector.shape.length !== 1 || vector.shape[0] !== k) {
    throw new Error(`matvec: [${matrix.shape}] times [${vector.shape}]`);
  }
  return { op: "matvec", matrix, vector, shape: [n] };
}

function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((dim, i) => dim === b[i]);
}
