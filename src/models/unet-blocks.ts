import type { Value } from "../onnx/builder.ts";
import { sameShape } from "../onnx/dim.ts";
import { add, gelu, mul } from "../onnx/ops/elementwise.ts";
import { concat, reshapeTo } from "../onnx/ops/layout.ts";
import { multiHeadAttention } from "../onnx/ops/matrix.ts";
import { batchNormalization, lpNormalization, reduceL2 } from "../onnx/ops/normalize.ts";
import * as w from "../onnx/weight-expr.ts";
import {
  channelsOf,
  conv1x1,
  conv2d,
  convTranspose2,
  layerNorm,
  linear,
  type ModelScope,
  project,
  resizedBy,
  resizedTo,
  toBHWC,
  toNCHW,
  toTokens,
} from "./layers.ts";

/** SDCascadeResBlock on [B, H, W, C]: depthwise -> norm -> [concat skip] -> MLP with GRN -> + x. */
export function resBlock(s: ModelScope, x: Value, kernel: number, skip?: Value): Value {
  const c = channelsOf(x);
  const depthwise = conv2d(s.child("depthwise"), toNCHW(s, x), c, kernel, { padding: Math.floor(kernel / 2), groups: c }, "depthwise");
  const norm = layerNorm(s.child("norm"), toBHWC(s, depthwise));
  const h = skip === undefined ? norm : concat(s, [norm, skip], -1); // [B, H, W, C + C skip]
  const mlp = s.child("channelwise");
  const hidden = gelu(mlp.child(1), linear(mlp.child(0), h, c * 4)); // [B, H, W, 4C]
  const y = globalResponseNorm(mlp.child(2), hidden);

  // GRN adds beta to every pixel; the next Linear makes of that a constant, which its bias takes: W beta + b.
  const out = mlp.child(4);
  const weight = w.tensor(out.key("weight"), [c, c * 4]);
  const beta = w.reshape(w.tensor(mlp.child(2).key("beta"), [1, 1, 1, c * 4]), [c * 4]);
  const bias = w.add(w.tensor(out.key("bias"), [c]), w.matvec(weight, beta));
  return add(s, project(out, y, weight, bias, "linear"), x);
}

/**
 * GlobalResponseNorm (ConvNeXt V2) but for its beta: x * (1 + gamma * Gx / (mean Gx + 1e-6)), Gx the L2 norm over the picture.
 * Gx / mean Gx is C times its share of the sum, one operator; gamma and the 1 are another, a batch norm of mean 0 and variance 1.
 * (The reference's 1e-6 guards against a division by zero, which LpNormalization does itself.)
 */
function globalResponseNorm(s: ModelScope, x: Value): Value {
  const c = channelsOf(x);
  const gamma = w.affine(w.reshape(w.tensor(s.key("gamma"), [1, 1, 1, c]), [c]), c);
  const share = lpNormalization(s, reduceL2(s, x, [1, 2]), 1); // [B, 1, 1, C]
  const ones = s.float32(new Float32Array(c).fill(1));
  const response = batchNormalization(s, toNCHW(s, share), {
    scale: s.dense("gamma", gamma, "norm"),
    shift: ones,
    mean: s.float32(new Float32Array(c)),
    variance: ones,
  });
  return mul(s, x, toBHWC(s, response));
}

/** SDCascadeTimestepBlock: x * scale + shift; `modulation` is [scale, shift], [B, 1, 1, C] each, with the 1 of (1 + a) in the scale. */
export function timestepBlock(s: ModelScope, x: Value, [scale, shift]: readonly [Value, Value]): Value {
  return add(s, mul(s, x, scale), shift);
}

/**
 * SDCascadeAttnBlock: from LayerNorm(x) to itself (`selfAttention`) and the conditioning's tokens, + x.
 * `kv` [B, L, C] is kv_mapper of the conditioning, `grid` the int64 shape of x.
 */
export function attentionBlock(s: ModelScope, x: Value, grid: Value, kv: Value, heads: number, selfAttention: boolean): Value {
  const c = channelsOf(x);
  const attention = s.child("attention");
  const norm = toTokens(s, layerNorm(s.child("norm"), x)); // [B, H W, C]
  const tokens = selfAttention ? concat(s, [norm, kv], 1) : kv; // [B, H W + L, C]
  const q = linear(attention.child("to_q"), norm, c);
  const k = linear(attention.child("to_k"), tokens, c);
  const v = linear(attention.child("to_v"), tokens, c);
  const y = linear(attention.child("to_out.0"), multiHeadAttention(attention, q, k, v, heads), c);
  return add(s, reshapeTo(s, y, grid, x.shape), x);
}

/** x [B, H, W, C] resized to the sides of `like` [B, H', W', C'] where they may differ. */
export function matched(s: ModelScope, x: Value, like: Value): Value {
  return sameShape(x.shape.slice(1, 3), like.shape.slice(1, 3)) ? x : resizedTo(s, x, like);
}

/**
 * LayerNorm, then a strided convolution (`resize` undefined) or UpDownBlock2d("down"): a 1x1 convolution and, if enabled, a bilinear x 0.5.
 * The two commute (a resize's weights sum to 1), so the smaller picture is convolved.
 */
export function downscale(s: ModelScope, x: Value, channels: number, resize: boolean | undefined): Value {
  const norm = layerNorm(s.child(0), x);
  if (resize === undefined) return toBHWC(s, conv2d(s.child(1), toNCHW(s, norm), channels, 2, { stride: 2 }));
  return conv1x1(s.child("1.blocks.0"), resize ? resizedBy(s, norm, 0.5) : norm, channels);
}

/** LayerNorm, then a transposed convolution or UpDownBlock2d("up"): if enabled a bilinear x 2, and a 1x1 convolution, which commute. */
export function upscale(s: ModelScope, x: Value, channels: number, resize: boolean | undefined): Value {
  const norm = layerNorm(s.child(0), x);
  if (resize === undefined) return toBHWC(s, convTranspose2(s.child(1), toNCHW(s, norm), channels, 2));
  const y = conv1x1(s.child("1.blocks.1"), norm, channels);
  return resize ? resizedBy(s, y, 2) : y;
}
