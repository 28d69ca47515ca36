import { GraphBuilder, type Value } from "../onnx/builder.ts";
import { dim } from "../onnx/dim.ts";
import type { Graph } from "../onnx/graph.ts";
import { add } from "../onnx/ops/elementwise.ts";
import { pixelShuffle, shapeOf } from "../onnx/ops/layout.ts";
import { conv } from "../onnx/ops/spatial.ts";
import * as w from "../onnx/weight-expr.ts";
import { conv1x1, layerNorm, type ModelScope, toBHWC, toNCHW } from "./layers.ts";
import { encodingOf, type Precision, type WeightRole } from "./precision.ts";
import { attentionBlock, downscale, matched, resBlock, timestepBlock, upscale } from "./unet-blocks.ts";
import { absentPixels, clipTokens, effnetMapped, keyValueTokens, pixelsMapped, timestepModulations } from "./unet-conditioning.ts";
import type { UNetConfig } from "./unet-config.ts";
import { blocksOf, type Level, levelsOf } from "./unet-levels.ts";

/** Conditionings that are usually absent (0) and then part of the weights; named here, they become inputs of the graph. */
export type OptionalInput = "sca" | "crp" | "pixels";

export interface UNetOptions {
  readonly inputs?: readonly OptionalInput[];
}

/**
 * Stable Cascade's U-Net: Stage C (text, pooled text and image conditioning) and Stage B (pooled text, `effnet` and pixels) alike.
 *
 * Inputs, float32: `sample` [batch, C, height, width], `timestep_ratio` [batch], `clip_text` [batch, tokens, D] and `clip_img`
 * [batch, images, D] (C), `effnet` [batch, 16, h, w] (B), `clip_text_pooled` [batch, 1, D], and `sca` [batch], `crp` [batch],
 * `pixels` [batch, 3, h, w] where asked for. Output: `output`, like `sample`.
 */
export function unet(name: string, config: UNetConfig, precision: Precision, options: UNetOptions = {}): Graph {
  const graph = new GraphBuilder<WeightRole>(name, (key, role, shape) => encodingOf(precision(key, role, shape)));
  const s = graph.root;
  const inputs = inputsOf(graph, config, options);
  const { down, up } = levelsOf(config);
  const levels = [...down, ...up];

  const modulations = timestepModulations(s, config, blocksOf(levels, "SDCascadeTimestepBlock"), inputs.timestep_ratio, inputs.conditions);
  const attending = blocksOf(levels, "SDCascadeAttnBlock");
  const kv = attending.length === 0 ? new Map<string, Value>() : keyValueTokens(s, attending, clipTokens(s, config, inputs));

  /** One level's blocks, as often as it repeats; `skip` enters every run's first block, where that is a Res block. */
  const run = (level: Level, start: Value, matching?: Value): Value => {
    const skip = level.types[0] === "SDCascadeResBlock" ? matching : undefined;
    let x = skip === undefined ? start : matched(s.child(level.path), start, skip);
    const grid = level.types.includes("SDCascadeAttnBlock") ? shapeOf(s.child(level.path), x) : undefined;
    for (let i = 0; i < level.repeats; i++) {
      level.types.forEach((type, k) => {
        const path = `${level.path}.${k}`;
        const block = s.child(path);
        if (type === "SDCascadeResBlock") x = resBlock(block, x, config.kernel_size, k === 0 ? skip : undefined);
        else if (type === "SDCascadeTimestepBlock") x = timestepBlock(block, x, existing(modulations, path));
        else if (grid) x = attentionBlock(block, x, grid, existing(kv, path), level.heads, level.selfAttention);
      });
      if (i < level.repeats - 1) x = conv1x1(s.child(`${level.mapper}.${i}`), x, level.channels);
    }
    return x;
  };

  let x = embedding(s, config, inputs); // [B, H / patch, W / patch, C]
  const skips: Value[] = [];
  down.forEach((level, i) => {
    if (i > 0) x = downscale(s.child(`down_downscalers.${i}`), x, level.channels, config.switch_level?.[i - 1]);
    x = run(level, x);
    skips.unshift(x);
  });
  up.forEach((level, i) => {
    // The deepest level goes on from its own result; the others take the matching one beside.
    x = run(level, x, i === 0 ? undefined : skips[i]);
    const next = up[i + 1];
    if (next !== undefined) x = upscale(s.child(`up_upscalers.${i}`), x, next.channels, config.switch_level?.[up.length - 2 - i]);
  });

  const clf = s.child("clf");
  const p = config.patch_size;
  const y = conv1x1(clf.child(1), layerNorm(clf.child(0), x), config.out_channels * p * p, "last");
  return graph.finish({ output: pixelShuffle(clf, toNCHW(clf, y), p) });
}

interface Inputs {
  readonly sample: Value;
  readonly timestep_ratio: Value;
  readonly clip_text?: Value | undefined;
  readonly effnet?: Value | undefined;
  readonly clip_text_pooled: Value;
  readonly clip_img?: Value | undefined;
  readonly pixels?: Value | undefined;
  /** `sca` and `crp` where they are inputs. */
  readonly conditions: ReadonlyMap<string, Value>;
}

function inputsOf(graph: GraphBuilder<WeightRole>, config: UNetConfig, { inputs: asked = [] }: UNetOptions): Inputs {
  const batch = dim("batch");
  const picture = (name: string, channels: number | null, height: string, width: string): Value | undefined =>
    channels === null ? undefined : graph.input(name, "float32", [batch, channels, dim(height), dim(width)]);
  const tokens = (name: string, count: string, channels: number | null): Value | undefined =>
    // The reference takes text and image together or not at all.
    config.clip_text_in_channels === null || config.clip_image_in_channels === null || channels === null
      ? undefined
      : graph.input(name, "float32", [batch, dim(count), channels]);
  const conditions = config.timestep_conditioning_type.filter((type) => asked.some((input) => input === type));
  return {
    sample: graph.input("sample", "float32", [batch, config.in_channels, dim("height"), dim("width")]),
    timestep_ratio: graph.input("timestep_ratio", "float32", [batch]),
    clip_text: tokens("clip_text", "tokens", config.clip_text_in_channels),
    effnet: picture("effnet", config.effnet_in_channels, "effnet_height", "effnet_width"),
    clip_text_pooled: graph.input("clip_text_pooled", "float32", [batch, 1, config.clip_text_pooled_in_channels]),
    clip_img: tokens("clip_img", "images", config.clip_image_in_channels),
    pixels: asked.includes("pixels") ? picture("pixels", config.pixel_mapper_in_channels, "pixels_height", "pixels_width") : undefined,
    conditions: new Map(conditions.map((type) => [type, graph.input(type, "float32", [batch])])),
  };
}

/** PixelUnshuffle(p), 1x1 convolution (together a convolution of p x p windows p apart), LayerNorm; plus the mapped effnet and pixels. */
function embedding(s: ModelScope, config: UNetConfig, { sample, effnet, pixels }: Inputs): Value {
  const [c0 = 0] = config.block_out_channels;
  const p = config.patch_size;
  const first = s.child("embedding.1");
  const window = w.reshape(w.tensor(first.key("weight"), [c0, config.in_channels * p * p, 1, 1]), [c0, config.in_channels, p, p]);
  const bias = first.dense("bias", w.tensor(first.key("bias"), [c0]), "bias");
  const embedded = toBHWC(s, conv(first, sample, first.dense("weight", window, "first"), bias, { stride: p }));
  const silent = config.pixel_mapper_in_channels !== null && pixels === undefined;
  let x = layerNorm(s.child("embedding.2"), embedded, silent ? absentPixels(s.child("pixels_mapper"), c0) : undefined);
  if (effnet !== undefined) x = add(s, x, effnetMapped(s.child("effnet_mapper"), effnet, x, c0));
  if (pixels !== undefined) x = add(s, x, pixelsMapped(s.child("pixels_mapper"), pixels, x, c0));
  return x;
}

function existing<T>(map: ReadonlyMap<string, T>, path: string): T {
  const value = map.get(path);
  if (value === undefined) throw new Error(`${path}: no such block was planned`);
  return value;
}

/** The unknown dimensions of a U-Net's graph, by the names `unet` gives them, from the dimensions of its inputs. */
export function unetSizes(inputs: Readonly<Record<string, { readonly dims: readonly number[] }>>): Record<string, number> {
  const names: Readonly<Record<string, readonly (string | undefined)[]>> = {
    sample: ["batch", undefined, "height", "width"],
    clip_text: [undefined, "tokens"],
    clip_img: [undefined, "images"],
    effnet: [undefined, undefined, "effnet_height", "effnet_width"],
  };
  const sizes: Record<string, number> = {};
  for (const [input, { dims }] of Object.entries(inputs)) {
    for (const [axis, name] of (names[input] ?? []).entries()) {
      const size = dims[axis];
      if (name !== undefined && size !== undefined) sizes[name] = size;
    }
  }
  return sizes;
}
