import type { Scope, Value } from "../onnx/builder.ts";
import { mulDims } from "../onnx/dim.ts";
import { add } from "../onnx/ops/elementwise.ts";
import { concat, crop, pixelShuffle, reshape, reshapeTo, shapeOf, transpose } from "../onnx/ops/layout.ts";
import { matMul, matMulNBits } from "../onnx/ops/matrix.ts";
import { layerNormalization } from "../onnx/ops/normalize.ts";
import { conv, resizeBy, resizeTo, type Window } from "../onnx/ops/spatial.ts";
import type { WeightExpr } from "../onnx/weight.ts";
import * as w from "../onnx/weight-expr.ts";
import type { WeightRole } from "./precision.ts";

/** A place in a network whose weights have these roles. */
export type ModelScope = Scope<WeightRole>;

/** Images and latents at the border are [N, C, H, W]; inside, the stream is [B, H, W, C], so that a Linear is one product. */
export function toBHWC(s: ModelScope, x: Value): Value {
  return transpose(s, x, [0, 2, 3, 1]);
}

export function toNCHW(s: ModelScope, x: Value): Value {
  return transpose(s, x, [0, 3, 1, 2]);
}

/** [B, H, W, C] -> [B, H W, C] */
export function toTokens(s: ModelScope, x: Value): Value {
  const [b = 1, h = 1, width = 1, c = 1] = x.shape;
  return reshape(s, x, [b, mulDims(h, width), c]);
}

/** x [..., in] times weight [out, in] plus bias [out]; the weight is stored as the plan says, under the scope's `weight` and `bias`. */
export function project(s: ModelScope, x: Value, weight: WeightExpr, bias: WeightExpr | undefined, role: WeightRole): Value {
  const { encoding, values } = s.graph.weight(s.key("weight"), weight, role, "matrix");
  const b = bias && s.dense("bias", bias, "bias");
  if (encoding.kind === "nbits") return matMulNBits(s, x, encoding, values, b);
  const [dense] = values;
  if (dense === undefined) throw new Error(`${s.path}: no weight`);
  const y = matMul(s, x, dense);
  return b === undefined ? y : add(s, y, b);
}

/** nn.Linear(in, out) */
export function linear(s: ModelScope, x: Value, out: number, role: WeightRole = "linear"): Value {
  return project(s, x, w.tensor(s.key("weight"), [out, channelsOf(x)]), w.tensor(s.key("bias"), [out]), role);
}

/** nn.Conv2d(in, out, kernel_size=1) on [B, H, W, C]. */
export function conv1x1(s: ModelScope, x: Value, out: number, role: WeightRole = "conv"): Value {
  const c = channelsOf(x);
  return project(s, x, w.reshape(w.tensor(s.key("weight"), [out, c, 1, 1]), [out, c]), w.tensor(s.key("bias"), [out]), role);
}

/** nn.Conv2d(in, out, k) on [B, C, H, W]. */
export function conv2d(s: ModelScope, x: Value, out: number, k: number, window: Window, role: WeightRole = "conv"): Value {
  const inputs = numberOf(s, x, 1) / (window.groups ?? 1);
  return conv(
    s,
    x,
    s.dense("weight", w.tensor(s.key("weight"), [out, inputs, k, k]), role),
    s.dense("bias", w.tensor(s.key("bias"), [out]), "bias"),
    window,
  );
}

/**
 * nn.ConvTranspose2d(in, out, k, stride=2) on [B, C, H, W] -> [B, out, 2H, 2W], for k 2 (no padding) and 4 (padding 1). The same map as an ordinary
 * convolution to the four pixels each input pixel becomes, shuffled into place, and as many multiplications: the WebGPU provider's
 * ConvTranspose is a plain loop, and took half of Stage A's time.
 */
export function convTranspose2(s: ModelScope, x: Value, out: number, k: 2 | 4): Value {
  const c = numberOf(s, x, 1);
  const weight = w.tensor(s.key("weight"), [c, out, k, k]);
  const bias = w.reshape(w.multiply(w.filled(1, [out, 4]), w.reshape(w.tensor(s.key("bias"), [out]), [out, 1])), [4 * out]);
  const kernel = s.dense("weight", k === 2 ? fourOf(weight, c, out) : fourOfFour(weight, c, out), "conv");
  const y = pixelShuffle(s, conv(s, x, kernel, s.dense("bias", bias, "bias"), { padding: k / 2 - 1 }), 2);
  // With k 4 a window lies between two pixels: the first and the last reach over the border.
  return k === 2 ? y : crop(s, y, 1, [2, 3]);
}

/** [in, out, 2, 2] -> [out * 4, in, 1, 1], channels in PixelShuffle's order. */
function fourOf(weight: WeightExpr, c: number, out: number): WeightExpr {
  return w.reshape(w.transpose(weight, [1, 2, 3, 0]), [out * 4, c, 1, 1]);
}

/**
 * [in, out, 4, 4] -> [out * 4, in, 2, 2]: the window over pixels j-1 and j (tap t) makes rows 2j-1 and 2j (s = 0, 1) of the output, by kernel row
 * 2 (1 - t) + s; columns alike.
 */
function fourOfFour(weight: WeightExpr, c: number, out: number): WeightExpr {
  const split = w.reshape(weight, [c, out, 2, 2, 2, 2]); // in, out, 1 - t, s, 1 - t, s
  const taps = w.reshape(w.transpose(split, [2, 4, 1, 3, 5, 0]), [4, out * 4 * c]);
  const turned = w.concat(...[3, 2, 1, 0].map((i) => w.slice(taps, i, i + 1)));
  return w.reshape(w.transpose(w.reshape(turned, [2, 2, out, 2, 2, c]), [2, 3, 4, 5, 0, 1]), [out * 4, c, 2, 2]);
}

/** nn.LayerNorm(c, eps) with its weight and bias, over the last axis. */
export function affineLayerNorm(s: ModelScope, x: Value, epsilon: number): Value {
  const c = channelsOf(x);
  const scale = s.dense("weight", w.tensor(s.key("weight"), [c]), "norm");
  return layerNormalization(s, x, scale, s.dense("bias", w.tensor(s.key("bias"), [c]), "bias"), epsilon);
}

/** nn.LayerNorm(c, elementwise_affine=False, eps=1e-6) over the last axis; `shift` [c] is added where given. */
export function layerNorm(s: ModelScope, x: Value, shift?: Value): Value {
  const c = channelsOf(x);
  return layerNormalization(s, x, s.float32(new Float32Array(c).fill(1)), shift, 1e-6);
}

/** x [B, H, W, C], bilinearly (align_corners) at the sides of `like` [B, H', W', C']. */
export function resizedTo(s: ModelScope, x: Value, like: Value): Value {
  const [batch, sides, channels] = [shapeOf(s, x, 0, 1), shapeOf(s, like, 1, 3), shapeOf(s, x, 3, 4)];
  const [, h = 1, width = 1] = like.shape;
  const y = toBHWC(s, resizeTo(s, toNCHW(s, x), concat(s, [batch, channels, sides], 0), [h, width]));
  // Where this Reshape is missing, the provider's optimizer carries the transposition into everything that follows: 12 dispatches more a level.
  return reshapeTo(s, y, concat(s, [batch, sides, channels], 0), y.shape);
}

/** x [B, H, W, C], bilinearly (align_corners) at sides times `factor`, rounded down. */
export function resizedBy(s: ModelScope, x: Value, factor: 2 | 0.5): Value {
  const y = toBHWC(s, resizeBy(s, toNCHW(s, x), factor));
  return reshapeTo(s, y, shapeOf(s, y), y.shape);
}

/** Channels of a value whose last axis they are. */
export function channelsOf(x: Value): number {
  const c = x.shape.at(-1);
  if (typeof c !== "number") throw new Error(`${x.name}: unknown channels ${c}`);
  return c;
}

function numberOf(s: ModelScope, x: Value, axis: number): number {
  const d = x.shape[axis];
  if (typeof d !== "number") throw new Error(`${s.path}: dimension ${axis} of ${x.name} is ${d}`);
  return d;
}
