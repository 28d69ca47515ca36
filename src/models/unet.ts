import { GraphBuilder, type Value } from "../onnx/builder.ts";
import { dim, sameShape } from "../onnx/dim.ts";
import type { Graph } from "../onnx/graph.ts";
import { pixelShuffle, shapeOf } from "../onnx/ops/layout.ts";
import { conv, convTranspose } from "../onnx/ops/spatial.ts";
import * as w from "../onnx/weight-expr.ts";
import { channelsOf, conv1x1, conv2d, layerNorm, type ModelScope, resizedBy, resizedTo, toBHWC, toNCHW } from "./layers.ts";
import { encodingOf, type Precision, type WeightRole } from "./precision.ts";
import { attentionBlock, resBlock, timestepBlock } from "./unet-blocks.ts";
import {
  absentPixels,
  addAll,
  type BlockPlace,
  clipTokens,
  effnetMapped,
  keyValueTokens,
  pixelsMapped,
  timestepModulations,
} from "./unet-conditioning.ts";
import type { BlockType, UNetConfig } from "./unet-config.ts";

/** Conditionings that are usually absent (0) and then part of the weights; named here, they become inputs of the graph. */
export type OptionalInput = "sca" | "crp" | "pixels";

/**
 * Stable Cascade's U-Net: Stage C (text, pooled text and image conditioning) and Stage B (pooled text, `effnet` and pixels) alike.
 *
 * Inputs, float32: `sample` [batch, C, height, width], `timestep_ratio` [batch], `clip_text` [batch, tokens, D] and `clip_img`
 * [batch, images, D] (C), `effnet` [batch, 16, h, w] (B), `clip_text_pooled` [batch, 1, D], and `sca` [batch], `crp` [batch],
 * `pixels` [batch, 3, h, w] where asked for. Output: `output`, like `sample`.
 */
export function unet(
  name: string,
  config: UNetConfig,
  precision: Precision,
  options: { readonly inputs?: readonly OptionalInput[] } = {},
): Graph {
  const graph = new GraphBuilder<WeightRole>(name, (key, role, shape) => encodingOf(precision(key, role, shape)));
  const s = graph.root;
  const asked = (input: OptionalInput): boolean => options.inputs?.includes(input) ?? false;
  const [batch, height, width] = [dim("batch"), dim("height"), dim("width")];

  const sample = graph.input("sample", "float32", [batch, config.in_channels, height, width]);
  const timestepRatio = graph.input("timestep_ratio", "float32", [batch]);
  const withText = config.clip_text_in_channels !== null && config.clip_image_in_channels !== null;
  const clipText = withText ? graph.input("clip_text", "float32", [batch, dim("tokens"), config.clip_text_in_channels]) : undefined;
  const effnet =
    config.effnet_in_channels &&
    graph.input("effnet", "float32", [batch, config.effnet_in_channels, dim("effnet_height"), dim("effnet_width")]);
  const pooled = graph.input("clip_text_pooled", "float32", [batch, 1, config.clip_text_pooled_in_channels]);
  const clipImage = withText ? graph.input("clip_img", "float32", [batch, dim("images"), config.clip_image_in_channels]) : undefined;
  const pixels =
    asked("pixels") && config.pixel_mapper_in_channels !== null
      ? graph.input("pixels", "float32", [batch, config.pixel_mapper_in_channels, dim("pixels_height"), dim("pixels_width")])
      : undefined;
  const conditions = new Map(
    config.timestep_conditioning_type
      .filter((type): type is "sca" | "crp" => (type === "sca" || type === "crp") && asked(type))
      .map((type) => [type, graph.input(type, "float32", [batch])]),
  );

  // Conditioning
  const levels = levelsOf(config);
  const modulations = timestepModulations(s, config, placesOf(levels, "SDCascadeTimestepBlock"), timestepRatio, conditions);
  const attending = placesOf(levels, "SDCascadeAttnBlock");
  const kv =
    attending.length === 0
      ? new Map<string, Value>()
      : keyValueTokens(
          s,
          attending,
          clipTokens(s, config, {
            clip_text_pooled: pooled,
            ...(clipText !== undefined && clipImage !== undefined && { clip_text: clipText, clip_img: clipImage }),
          }),
        );

  // Embedding: PixelUnshuffle(p) and a 1x1 convolution are a convolution of p x p windows p apart.
  const [c0 = 0] = config.block_out_channels;
  const p = config.patch_size;
  const first = s.child("embedding.1");
  const window = w.reshape(w.tensor(first.key("weight"), [c0, config.in_channels * p * p, 1, 1]), [c0, config.in_channels, p, p]);
  const bias = first.dense("bias", w.tensor(first.key("bias"), [c0]), "bias");
  const embedded = toBHWC(s, conv(first, sample, first.dense("weight", window, "first"), bias, { stride: p }));
  const silent = config.pixel_mapper_in_channels !== null && pixels === undefined ? absentPixels(s.child("pixels_mapper"), c0) : undefined;
  let x = layerNorm(s.child("embedding.2"), embedded, silent); // [B, H, W, c0]
  x = addAll(s, x, [
    effnet ? effnetMapped(s.child("effnet_mapper"), effnet, x, c0) : undefined,
    pixels && pixelsMapped(s.child("pixels_mapper"), pixels, x, c0),
  ]);

  /** One level's blocks, as often as it repeats; `skip` enters every run's first block, where that is a Res block. */
  const run = (level: Level, x: Value, matching?: Value): Value => {
    const skip = level.types[0] === "SDCascadeResBlock" ? matching : undefined;
    let y = skip === undefined ? x : matched(s.child(level.path), x, skip);
    const grid = level.types.includes("SDCascadeAttnBlock") ? shapeOf(s.child(level.path), y) : undefined;
    for (let i = 0; i < level.repeats; i++) {
      level.types.forEach((type, k) => {
        const path = `${level.path}.${k}`;
        const block = s.child(path);
        if (type === "SDCascadeResBlock") y = resBlock(block, y, config.kernel_size, k === 0 ? skip : undefined);
        else if (type === "SDCascadeTimestepBlock") y = timestepBlock(block, y, existing(modulations, path));
        else if (grid) y = attentionBlock(block, y, grid, existing(kv, path), level.heads, level.selfAttention);
      });
      if (i < level.repeats - 1) y = conv1x1(s.child(`${level.mapper}.${i}`), y, level.channels);
    }
    return y;
  };

  // Down: every level's result is a skip.
  const skips: Value[] = [];
  levels.down.forEach((level, i) => {
    if (i > 0) x = downscale(s.child(`down_downscalers.${i}`), x, level.channels, config.switch_level?.[i - 1]);
    x = run(level, x);
    skips.unshift(x);
  });
  // Up: the deepest level starts from its own result, the others take the matching skip.
  levels.up.forEach((level, i) => {
    x = run(level, x, i === 0 ? undefined : skips[i]);
    const next = levels.up[i + 1];
    const deepness = levels.up.length - 2 - i;
    if (next !== undefined) x = upscale(s.child(`up_upscalers.${i}`), x, next.channels, config.switch_level?.[deepness]);
  });

  const last = s.child("clf");
  const y = conv1x1(last.child(1), layerNorm(last.child(0), x), config.out_channels * p * p, "last");
  const output = pixelShuffle(last, toNCHW(last, y), p);
  return graph.finish({ output });
}

/** One level of one side. */
interface Level {
  readonly path: string;
  readonly mapper: string;
  readonly types: readonly BlockType[];
  readonly channels: number;
  readonly heads: number;
  readonly selfAttention: boolean;
  readonly repeats: number;
}

/** Levels in the order they run; `up` deepest first, as the configuration's `up_*` lists are. */
function levelsOf(config: UNetConfig): { readonly down: readonly Level[]; readonly up: readonly Level[] } {
  const depth = config.block_out_channels.length;
  const side = (name: "down" | "up"): Level[] =>
    Array.from({ length: depth }, (_, i) => {
      const level = name === "down" ? i : depth - 1 - i;
      const layers = config[`${name}_num_layers_per_block`][i] ?? 0;
      const types = config.block_types_per_layer[level] ?? [];
      return {
        path: `${name}_blocks.${i}`,
        mapper: `${name}_repeat_mappers.${i}`,
        types: Array.from({ length: layers }, () => types).flat(),
        channels: config.block_out_channels[level] ?? 0,
        heads: config.num_attention_heads[level] ?? 0,
        selfAttention: config.self_attn[level] ?? true,
        repeats: config[`${name}_blocks_repeat_mappers`][i] ?? 1,
      };
    });
  return { down: side("down"), up: side("up") };
}

function placesOf(levels: { readonly down: readonly Level[]; readonly up: readonly Level[] }, wanted: BlockType): BlockPlace[] {
  return [...levels.down, ...levels.up].flatMap(({ path, types, channels }) =>
    types.flatMap((type, k) => (type === wanted ? [{ path: `${path}.${k}`, channels }] : [])),
  );
}

/** x [B, H, W, C] resized to the sides of `like` [B, H', W', C'] where they may differ. */
function matched(s: ModelScope, x: Value, like: Value): Value {
  return sameShape(x.shape.slice(1, 3), like.shape.slice(1, 3)) ? x : resizedTo(s, x, like);
}

/**
 * LayerNorm, then a strided convolution (`resize` undefined) or UpDownBlock2d("down"): a 1x1 convolution and, if enabled, a bilinear x 0.5.
 * The two commute (a resize's weights sum to 1), so the smaller picture is convolved.
 */
function downscale(s: ModelScope, x: Value, channels: number, resize: boolean | undefined): Value {
  const norm = layerNorm(s.child(0), x);
  if (resize === undefined) return toBHWC(s, conv2d(s.child(1), toNCHW(s, norm), channels, 2, { stride: 2 }));
  return conv1x1(s.child("1.blocks.0"), resize ? resizedBy(s, norm, 0.5) : norm, channels);
}

/** LayerNorm, then a transposed convolution or UpDownBlock2d("up"): if enabled a bilinear x 2, and a 1x1 convolution, which commute. */
function upscale(s: ModelScope, x: Value, channels: number, resize: boolean | undefined): Value {
  const norm = layerNorm(s.child(0), x);
  if (resize === undefined) {
    const up = s.child(1);
    const weight = up.dense("weight", w.tensor(up.key("weight"), [channelsOf(x), channels, 2, 2]), "conv");
    const bias = up.dense("bias", w.tensor(up.key("bias"), [channels]), "bias");
    return toBHWC(s, convTranspose(up, toNCHW(s, norm), weight, bias, { stride: 2 }));
  }
  const y = conv1x1(s.child("1.blocks.1"), norm, channels);
  return resize ? resizedBy(s, y, 2) : y;
}

function existing<T>(map: ReadonlyMap<string, T>, path: string): T {
  const value = map.get(path);
  if (value === undefined) throw new Error(`${path}: no such block was planned`);
  return value;
}
