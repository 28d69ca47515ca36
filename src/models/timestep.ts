import type { Value } from "../onnx/builder.ts";
import { add, cos, floor, mul, sin } from "../onnx/ops/elementwise.ts";
import { concat } from "../onnx/ops/layout.ts";
import type { ModelScope } from "./layers.ts";

const MAX_POSITIONS = 10000;

/** 2 pi in two parts: up to 2^16 times the first has no rounding in float32, and the second is small enough for its own not to matter. */
const TWO_PI_HIGH = 6.28125;
const TWO_PI_LOW = 2 * Math.PI - TWO_PI_HIGH;

/**
 * sin and cos of r * 10000 * exp(-i ln(10000) / (half - 1)) for r [batch] -> [dimension, batch]: sines, then cosines.
 *
 * The angle is rounded where the reference rounds it (10000 radians feel it) and brought to -pi .. pi here (Cody and Waite), because that
 * is where WGSL's sin is defined to be exact. float64 would be shorter, but onnxruntime-web's WebGPU builds have no kernels for it.
 */
export function timestepEmbedding(s: ModelScope, r: Value, dimension: number): Value {
  const half = Math.floor(dimension / 2);
  const step = Math.fround(-Math.log(MAX_POSITIONS) / (half - 1));
  const frequencies = Array.from({ length: half }, (_, i) => Math.exp(Math.fround(step * i)));
  const position = mul(s, r, s.float32([MAX_POSITIONS])); // [batch]
  const angle = mul(s, s.float32(frequencies, [half, 1]), position); // [half, batch]
  const turns = floor(s, add(s, mul(s, angle, s.float32([1 / (2 * Math.PI)])), s.float32([0.5]))); // Round has no WebGPU kernel
  const high = add(s, angle, mul(s, turns, s.float32([-TWO_PI_HIGH])));
  const reduced = add(s, high, mul(s, turns, s.float32([-TWO_PI_LOW])));
  const parts = [sin(s, reduced), cos(s, reduced)];
  // torch's code pads an odd dimension with a zero.
  return concat(s, dimension % 2 === 0 ? parts : [...parts, mul(s, r, s.float32([0], [1, 1]))], 0);
}

/** The embedding of 0: sin 0, then cos 0. */
export function embeddingOfZero(dimension: number): number[] {
  const half = Math.floor(dimension / 2);
  return Array.from({ length: dimension }, (_, i) => (i >= half && i < 2 * half ? 1 : 0));
}
