import type { Scope, Value } from "../builder.ts";
import { addDims, type Dim, floorDiv, mulDims, type Shape, show } from "../dim.ts";

/** Convolution's geometry; the same on both axes. */
export interface Window {
  readonly stride?: number;
  readonly padding?: number;
  readonly groups?: number;
}

/**
 * x [N, C, H, W], weight [O, C/groups, k, k], bias [O]. No network here has 6 or 18 channels, and none should: with those (multiples of 3, not of 4,
 * O a multiple of 4) the WebGPU provider of onnxruntime-web 1.30 gives wrong numbers for ungrouped windows, silently.
 */
export function conv(
  s: Scope,
  x: Value,
  weight: Value,
  bias: Value | undefined,
  { stride = 1, padding = 0, groups = 1 }: Window = {},
): Value {
  const [n = 1, c = 0, h = 0, w = 0] = x.shape;
  const [o = 0, inner = 0, k = 0] = known(weight.shape);
  if (x.shape.length !== 4 || c !== inner * groups)
    throw new Error(`${s.path}/Conv: ${show(x.shape)} by ${show(weight.shape)}, ${groups} groups`);
  const side = (d: Dim): Dim => addDims(floorDiv(addDims(d, 2 * padding - k), stride), 1);
  return s.op("Conv", bias === undefined ? [x, weight] : [x, weight, bias], x.dtype, [n, o, side(h), side(w)], {
    kernel_shape: { kind: "ints", value: [k, k] },
    strides: { kind: "ints", value: [stride, stride] },
    pads: { kind: "ints", value: [padding, padding, padding, padding] },
    group: { kind: "int", value: groups },
  });
}

const bilinear = {
  mode: { kind: "string", value: "linear" },
  coordinate_transformation_mode: { kind: "string", value: "align_corners" },
} as const;

/**
 * Bilinear, align_corners, of [N, C, H, W] by a factor; sides become floor(side * factor). Never of [N, H, W, C]: the WebGPU provider
 * takes that without a word and gives wrong numbers.
 */
export function resizeBy(s: Scope, x: Value, factor: 2 | 0.5): Value {
  const [n = 1, c = 1, h = 1, w = 1] = x.shape;
  const side = (d: Dim): Dim => (factor === 2 ? mulDims(d, 2) : floorDiv(d, 2));
  return s.op("Resize", [x, undefined, s.float32([1, 1, factor, factor])], x.dtype, [n, c, side(h), side(w)], bilinear);
}

/** Bilinear, align_corners, of [N, C, H, W] to sides [h, w]; `size` is the int64 value of all four, known when the graph runs. */
export function resizeTo(s: Scope, x: Value, size: Value, [h, w]: readonly [Dim, Dim]): Value {
  const [n = 1, c = 1] = x.shape;
  return s.op("Resize", [x, undefined, undefined, size], x.dtype, [n, c, h, w], bilinear);
}

function known(shape: Shape): number[] {
  return shape.map((d) => {
    if (typeof d !== "number") throw new Error(`weight of unknown shape ${show(shape)}`);
    return d;
  });
}
