import type { Scope, Value } from "../builder.ts";
import { type Dim, type Shape, sameDim, show } from "../dim.ts";
import type { DType } from "../graph.ts";

/** numpy's broadcasting; throws where two dimensions are neither equal nor 1. */
export function broadcast(a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i): Dim => {
    const x = a[i - rank + a.length] ?? 1;
    const y = b[i - rank + b.length] ?? 1;
    if (sameDim(x, y) || y === 1) return x;
    if (x === 1) return y;
    throw new Error(`${show(a)} and ${show(b)} do not broadcast`);
  });
}

function binary(op: string): (s: Scope, a: Value, b: Value) => Value {
  return (s, a, b) => {
    if (a.dtype !== b.dtype) throw new Error(`${s.path}/${op}: ${a.dtype} and ${b.dtype}`);
    return s.op(
      op,
      [a, b],
      a.dtype,
      located(s, op, () => broadcast(a.shape, b.shape)),
    );
  };
}

/** Elementwise with broadcasting. */
export const add = binary("Add");
export const mul = binary("Mul");

function unary(op: string, domain: "" | "com.microsoft" = ""): (s: Scope, x: Value) => Value {
  return (s, x) => s.op(op, [x], x.dtype, x.shape, {}, domain);
}

export const floor = unary("Floor");

/** x * Phi(x), exact (erf). com.microsoft's is one dispatch; ai.onnx 20's is the same kernel, com.microsoft's runs in older runtimes too. */
export const gelu = unary("Gelu", "com.microsoft");

/** x * sigmoid(alpha * x): SiLU with alpha 1, CLIP's quick GELU with 1.702. */
export function quickGelu(s: Scope, x: Value, alpha: number): Value {
  return s.op("QuickGelu", [x], x.dtype, x.shape, { alpha: { kind: "float", value: alpha } }, "com.microsoft");
}

const codes = { float32: 1, int32: 6, int64: 7 } as const;

export function cast(s: Scope, x: Value, dtype: keyof typeof codes): Value {
  return s.op("Cast", [x], dtype, x.shape, { to: { kind: "int", value: codes[dtype] } });
}

/** Elementwise a == b. */
export function equal(s: Scope, a: Value, b: Value): Value {
  return s.op("Equal", [a, b], "bool" satisfies DType, broadcast(a.shape, b.shape));
}

/** Runs a shape rule and says where it failed. */
export function located<T>(s: Scope, op: string, rule: () => T): T {
  try {
    return rule();
  } catch (error) {
    throw new Error(`${s.path}/${op}: ${error instanceof Error ? error.message : error}`);
  }
}
