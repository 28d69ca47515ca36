import { GraphBuilder, type Value } from "../onnx/builder.ts";
import { dim } from "../onnx/dim.ts";
import type { Graph } from "../onnx/graph.ts";
import { add, gelu } from "../onnx/ops/elementwise.ts";
import { padEdge, pixelShuffle } from "../onnx/ops/layout.ts";
import { conv } from "../onnx/ops/spatial.ts";
import type { WeightExpr } from "../onnx/weight.ts";
import * as w from "../onnx/weight-expr.ts";
import { ConfigReader } from "./config.ts";
import { channelsOf, conv1x1, convTranspose2, layerNorm, type ModelScope, project, toBHWC, toNCHW } from "./layers.ts";
import { encodingOf, type Precision, type WeightRole } from "./precision.ts";

/** Constructor values of diffusers' PaellaVQModel, by its names, as far as decoding needs them. */
export interface StageAConfig {
  readonly out_channels: number;
  readonly up_down_scale_factor: number;
  readonly levels: number;
  readonly bottleneck_blocks: number;
  readonly embed_dim: number;
  readonly latent_channels: number;
  /** What a latent is multiplied with before it is decoded; 0.43 in Stable Cascade. */
  readonly scale_factor: number;
}

/** Reads diffusers' config.json of the VQGAN; `source` names the file in errors (CascadeError "bad-checkpoint"). */
export function stageAConfigFrom(json: Readonly<Record<string, unknown>>, source = "config.json"): StageAConfig {
  const read = new ConfigReader(json, source);
  return {
    out_channels: read.number("out_channels", 3),
    up_down_scale_factor: read.number("up_down_scale_factor", 2),
    levels: read.number("levels", 2),
    bottleneck_blocks: read.number("bottleneck_blocks", 12),
    embed_dim: read.number("embed_dim", 384),
    latent_channels: read.number("latent_channels", 4),
    scale_factor: read.number("scale_factor", 0.43),
  };
}

/**
 * Stage A's decoder. Input `latent` [batch, latent_channels, height, width] float32, as Stage B gives it: the multiplication by
 * `scale_factor` is in the first convolution (the official decode() has it inside, diffusers' pipeline does it before). Output
 * `image` [batch, 3, 4 height, 4 width], 0 to 1 where the picture is, not clamped.
 */
export function stageA(config: StageAConfig, precision: Precision): Graph {
  const graph = new GraphBuilder<WeightRole>("stage-a", (key, role, shape) => encodingOf(precision(key, role, shape)));
  const s = graph.root;
  const { levels, latent_channels: latents, embed_dim, up_down_scale_factor: r } = config;
  const latent = graph.input("latent", "float32", [dim("batch"), latents, dim("height"), dim("width")]);

  const first = s.child("up_blocks.0.0");
  const matrix = w.affine(w.reshape(w.tensor(first.key("weight"), [embed_dim, latents, 1, 1]), [embed_dim, latents]), config.scale_factor);
  let x = project(first, toBHWC(s, latent), matrix, w.tensor(first.key("bias"), [embed_dim]), "first"); // [B, H, W, C]
  let index = 1;
  for (let level = 0; level < levels; level++) {
    const blocks = level === 0 ? config.bottleneck_blocks : 1;
    for (let i = 0; i < blocks; i++) x = mixingResidualBlock(s.child(`up_blocks.${index++}`), x);
    if (level < levels - 1) x = upsample(s.child(`up_blocks.${index++}`), x, channelsOf(x) / 2); // [B, 2H, 2W, C/2]
  }
  const out = s.child("out_block");
  const y = conv1x1(out.child(0), x, config.out_channels * r * r, "last");
  return graph.finish({ image: pixelShuffle(out, toNCHW(out, y), r) });
}

/** How many latent pixels away a picture's pixel can still be changed from: tiles must overlap by this much to have no seams. */
export function stageARadius(config: StageAConfig): number {
  // A 3x3 convolution reaches 1 pixel of its level, a transposed one (4x4, stride 2) 1 of the level it comes from.
  let radius = config.bottleneck_blocks;
  for (let level = 1; level < config.levels; level++) radius += 2 ** (1 - level) + 2 ** -level;
  return Math.ceil(radius);
}

/** MixingResidualBlock on [B, H, W, C]. Its six scalars ("gammas") scale and shift around linear parts, so the weights take them. */
function mixingResidualBlock(s: ModelScope, x: Value): Value {
  const c = channelsOf(x);
  const gammas = w.tensor(s.key("gammas"), [6]);
  const gamma = (i: number, rank: number): WeightExpr =>
    w.reshape(
      w.slice(gammas, i, i + 1),
      Array.from({ length: rank }, () => 1),
    );
  const scaled = (weight: WeightExpr, ...by: readonly ((rank: number) => WeightExpr)[]): WeightExpr =>
    by.reduce((product, factor) => w.multiply(product, factor(weight.shape.length)), weight);
  /** A linear map of (n (1 + g_scale) + g_shift) is another of n: its weight times (1 + g_scale), its bias plus row sums times g_shift. */
  const absorbed = (weight: WeightExpr, bias: WeightExpr, inputs: number, scale: number): readonly [WeightExpr, WeightExpr] => {
    const rows = weight.shape[0] ?? 0;
    const sums = w.matvec(w.reshape(weight, [rows, inputs]), w.filled(1, [inputs]));
    return [
      scaled(weight, (rank) => w.affine(gamma(scale, rank), 1, 1)),
      w.add(
        bias,
        scaled(sums, (rank) => gamma(scale + 1, rank)),
      ),
    ];
  };

  // Mixing over space: depthwise 3x3 with the border repeated.
  const depthwise = s.child("depthwise.1");
  const [dw, db] = absorbed(w.tensor(depthwise.key("weight"), [c, 1, 3, 3]), w.tensor(depthwise.key("bias"), [c]), 9, 0);
  const n1 = padEdge(s.child("depthwise.0"), layerNorm(s.child("norm1"), x), 1, [1, 2]);
  const kernel = depthwise.dense(
    "weight",
    scaled(dw, (rank) => gamma(2, rank)),
    "depthwise",
  );
  const offset = depthwise.dense(
    "bias",
    scaled(db, (rank) => gamma(2, rank)),
    "bias",
  );
  const y = add(s, toBHWC(s, conv(depthwise, toNCHW(s, n1), kernel, offset, { groups: c })), x);

  // Mixing over channels.
  const mlp = s.child("channelwise");
  const [w1, b1] = absorbed(w.tensor(mlp.key("0.weight"), [c * 4, c]), w.tensor(mlp.key("0.bias"), [c * 4]), c, 3);
  const hidden = gelu(mlp.child(1), project(mlp.child(0), layerNorm(s.child("norm2"), y), w1, b1, "linear"));
  const w2 = scaled(w.tensor(mlp.key("2.weight"), [c, c * 4]), (rank) => gamma(5, rank));
  const b2 = scaled(w.tensor(mlp.key("2.bias"), [c]), (rank) => gamma(5, rank));
  return add(s, project(mlp.child(2), hidden, w2, b2, "linear"), y);
}

/** nn.ConvTranspose2d(in, out, 4, stride=2, padding=1) on [B, H, W, C]. */
function upsample(s: ModelScope, x: Value, channels: number): Value {
  return toBHWC(s, convTranspose2(s, toNCHW(s, x), channels, 4));
}
