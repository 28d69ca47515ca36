import type { Value } from "../onnx/builder.ts";
import { add, cast, mul, sin } from "../onnx/ops/elementwise.ts";
import type { ModelScope } from "./layers.ts";

const MAX_POSITIONS = 10000;

/**
 * sin and cos of r * 10000 * exp(-i ln(10000) / (half - 1)) for r [batch] -> [dimension, batch]: sines, then cosines.
 *
 * In float64, which no WebGPU kernel has: ONNX Runtime keeps these few nodes on the CPU, exact everywhere (a GPU's sin of 10000 radians
 * is not, and half precision ruins it). Rounded to float32 where the reference rounds, because 10000 radians feel it.
 */
export function timestepEmbedding(s: ModelScope, r: Value, dimension: number): Value {
  const half = Math.floor(dimension / 2);
  const rows = half * 2 + (dimension % 2); // an odd one is padded with a zero
  const step = -Math.log(MAX_POSITIONS) / (half - 1);
  const frequency = (i: number): number => Math.fround(Math.exp(Math.fround(Math.fround(step) * (i % half))));
  const column = (value: (i: number) => number): Value =>
    s.float64(
      Array.from({ length: rows }, (_, i) => (i < 2 * half ? value(i) : 0)),
      [rows, 1],
    );
  const position = rounded(s, mul(s, cast(s, r, "float64"), s.float64([MAX_POSITIONS]))); // [batch]
  const angle = rounded(s, mul(s, column(frequency), position)); // [dimension, batch]
  return cast(
    s,
    sin(
      s,
      add(
        s,
        angle,
        column((i) => (i < half ? 0 : Math.PI / 2)),
      ),
    ),
    "float32",
  );
}

/** The embedding of 0: sin 0, then cos 0. */
export function embeddingOfZero(dimension: number): number[] {
  const half = Math.floor(dimension / 2);
  return Array.from({ length: dimension }, (_, i) => (i >= half && i < 2 * half ? 1 : 0));
}

/** Products of two float32 numbers are exact in float64, so this rounding gives what float32 arithmetic gives. */
function rounded(s: ModelScope, x: Value): Value {
  return cast(s, cast(s, x, "float32"), "float64");
}
