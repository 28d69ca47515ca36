import type { Value } from "../onnx/builder.ts";
import { add, cast, floor, mul } from "../onnx/ops/elementwise.ts";
import { gather } from "../onnx/ops/layout.ts";
import type { ModelScope } from "./layers.ts";

const MAX_POSITIONS = 10000;

/** 2 pi in two parts: the first times the turns of 10000 radians has no rounding in float32, and the second's own does not matter. */
const TWO_PI_HIGH = 6.28125;
const TWO_PI_LOW = 2 * Math.PI - TWO_PI_HIGH;

/** Entries of the sine table a turn. Between them the tangent is 1e-6 off at most. */
const TABLE = 4096;
const STEP = (2 * Math.PI) / TABLE;

/**
 * sin and cos of r * 10000 * exp(-i ln(10000) / (half - 1)) for r [batch] -> [dimension, batch]: sines, then cosines.
 *
 * WGSL promises 2^-11 for a sine, which the networks feel, and nothing outside a turn; half precision ruins it, and for float64
 * onnxruntime-web's WebGPU builds have no kernels. So: the angle rounded where the reference rounds it, brought to one turn (Cody and Waite), and
 * sine and cosine from a table. All of it on any device, so that a run of the network can be captured whole.
 */
export function timestepEmbedding(s: ModelScope, r: Value, dimension: number): Value {
  const half = Math.floor(dimension / 2);
  const step = Math.fround(-Math.log(MAX_POSITIONS) / (half - 1));
  // torch's code pads an odd dimension with a zero: the sine of 0.
  const column = (row: (i: number) => number, padding: number): Value =>
    s.float32(
      Array.from({ length: dimension }, (_, i) => (i < 2 * half ? row(i) : padding)),
      [dimension, 1],
    );

  const position = mul(s, r, s.float32([MAX_POSITIONS])); // [batch]
  const angle = mul(
    s,
    column((i) => Math.exp(Math.fround(step * (i % half))), 0),
    position,
  ); // [dimension, batch]
  const turns = floor(s, mul(s, angle, s.float32([1 / (2 * Math.PI)])));
  const high = add(s, angle, mul(s, turns, s.float32([-TWO_PI_HIGH])));
  const within = add(s, high, mul(s, turns, s.float32([-TWO_PI_LOW]))); // 0 .. 2 pi
  const phased = add(
    s,
    within,
    column((i) => (i < half ? STEP : STEP + Math.PI / 2), STEP),
  ); // a step ahead: rounding may leave a turn's start

  // sin(a + d) = sin a + cos a d, a the table's angle below.
  const entry = floor(s, mul(s, phased, s.float32([1 / STEP])));
  const rest = add(s, phased, mul(s, entry, s.float32([-STEP])));
  const index = cast(s, entry, "int32");
  const look = (f: (angle: number) => number): Value => gather(s, s.float32(table(f)), index);
  return add(s, look(Math.sin), mul(s, look(Math.cos), rest));
}

/** f a step behind each entry's angle, for one turn and the quarter that cosines are ahead. */
function table(f: (angle: number) => number): number[] {
  return Array.from({ length: TABLE * 1.25 + 4 }, (_, i) => f((i - 1) * STEP));
}

/** The embedding of 0: sin 0, then cos 0. */
export function embeddingOfZero(dimension: number): number[] {
  const half = Math.floor(dimension / 2);
  return Array.from({ length: dimension }, (_, i) => (i >= half && i < 2 * half ? 1 : 0));
}
