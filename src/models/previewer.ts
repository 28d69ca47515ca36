import { GraphBuilder, type Value } from "../onnx/builder.ts";
import { dim } from "../onnx/dim.ts";
import type { Graph } from "../onnx/graph.ts";
import { add, gelu, mul } from "../onnx/ops/elementwise.ts";
import * as w from "../onnx/weight-expr.ts";
import { CascadeError } from "../shared/errors.ts";
import { conv2d, convTranspose2, type ModelScope } from "./layers.ts";
import { encodingOf, type Precision, type WeightRole } from "./precision.ts";

/** Widths of the previewer's nine convolutions, first to last; the official one: 512, 512, 256, 256, 128, 128, 128, 128, 3. */
export interface PreviewerConfig {
  readonly latent_channels: number;
  readonly widths: readonly number[];
}

/** Every third module of `blocks` is a convolution: 1x1, 3x3, then transposed (2x2, stride 2) and 3x3 by turns, 1x1. GELU and batch norm follow. */
const LAYERS = ["1x1", "3x3", "up", "3x3", "up", "3x3", "up", "3x3", "1x1"] as const;

/** Reads the widths off a previewer's tensors; there is no config.json for it. Throws CascadeError "bad-checkpoint" for another network. */
export function previewerConfigFrom(shapes: ReadonlyMap<string, readonly number[]>, source = "previewer"): PreviewerConfig {
  const widths = LAYERS.map((layer, i) => {
    const key = `blocks.${3 * i}.weight`;
    const shape = shapes.get(key);
    const width = shape?.[layer === "up" ? 1 : 0];
    if (shape?.length !== 4 || width === undefined) {
      throw new CascadeError("bad-checkpoint", `${source}: "${key}" must be the weight of a convolution, but is [${shape ?? "absent"}].`);
    }
    return width;
  });
  return { latent_channels: shapes.get("blocks.0.weight")?.[1] ?? 0, widths };
}

/**
 * Stable Cascade's previewer: a quick picture of Stage C's latent. Input `latent` [batch, 16, height, width], output `image`
 * [batch, 3, 8 height, 8 width], 0 to 1, not clamped; float32.
 */
export function previewer(config: PreviewerConfig, precision: Precision): Graph {
  const graph = new GraphBuilder<WeightRole>("previewer", (key, role, shape) => encodingOf(precision(key, role, shape)));
  const s = graph.root.child("blocks");
  let x = graph.input("latent", "float32", [dim("batch"), config.latent_channels, dim("height"), dim("width")]);
  LAYERS.forEach((layer, i) => {
    const channels = config.widths[i] ?? 0;
    x =
      layer === "up"
        ? convTranspose2(s.child(3 * i), x, channels, 2)
        : conv2d(s.child(3 * i), x, channels, layer === "1x1" ? 1 : 3, { padding: layer === "1x1" ? 0 : 1 });
    if (i < LAYERS.length - 1) x = batchNorm(s.child(3 * i + 2), gelu(s.child(3 * i + 1), x));
  });
  return graph.finish({ image: x });
}

/** nn.BatchNorm2d(c).eval(): (x - mean) / sqrt(var + 1e-5) * weight + bias, as one scale and one shift. */
function batchNorm(s: ModelScope, x: Value): Value {
  const c = x.shape[1];
  if (typeof c !== "number") throw new Error(`${s.path}: unknown channels`);
  const scale = w.multiply(w.rsqrt(w.tensor(s.key("running_var"), [c]), 1e-5), w.tensor(s.key("weight"), [c]));
  const shift = w.add(w.tensor(s.key("bias"), [c]), w.affine(w.multiply(scale, w.tensor(s.key("running_mean"), [c])), -1));
  const column = (expr: typeof scale): typeof scale => w.reshape(expr, [c, 1, 1]);
  return add(s, mul(s, x, s.dense("scale", column(scale), "norm")), s.dense("shift", column(shift), "norm"));
}
