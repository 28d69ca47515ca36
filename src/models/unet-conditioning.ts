import type { Value } from "../onnx/builder.ts";
import { mulDims } from "../onnx/dim.ts";
import { gelu, quickGelu } from "../onnx/ops/elementwise.ts";
import { concat, reshape, split } from "../onnx/ops/layout.ts";
import { gemmTransposed } from "../onnx/ops/matrix.ts";
import * as w from "../onnx/weight-expr.ts";
import { channelsOf, conv1x1, layerNorm, linear, type ModelScope, project, resizedTo, toBHWC } from "./layers.ts";
import { embeddingOfZero, timestepEmbedding } from "./timestep.ts";
import type { UNetConfig } from "./unet-config.ts";
import type { BlockPlace } from "./unet-levels.ts";

/**
 * The scale and shift of every timestep block, by path: one product for the whole network. `conditions` holds the conditionings that are
 * inputs of the graph; the absent ones are the embedding of 0 (not skipped), a constant, which goes into the bias with the "1 +" of the scale.
 */
export function timestepModulations(
  s: ModelScope,
  config: UNetConfig,
  blocks: readonly BlockPlace[],
  timestepRatio: Value,
  conditions: ReadonlyMap<string, Value>,
): Map<string, [Value, Value]> {
  const dimension = config.timestep_ratio_embedding_dim;
  const names = config.timestep_conditioning_type;
  const zero = w.literal(embeddingOfZero(dimension));
  const matrix = ({ path, channels }: BlockPlace, mapper: string) => w.tensor(`${path}.${mapper}.weight`, [2 * channels, dimension]);
  const bias = ({ path, channels }: BlockPlace, mapper: string) => w.tensor(`${path}.${mapper}.bias`, [2 * channels]);

  const biases = blocks.map((block) =>
    w.add(
      bias(block, "mapper"),
      w.concat(w.filled(1, [block.channels]), w.filled(0, [block.channels])),
      ...names.map((name) => bias(block, `mapper_${name}`)),
      ...names.filter((name) => !conditions.has(name)).map((name) => w.matvec(matrix(block, `mapper_${name}`), zero)),
    ),
  );
  const given = names.flatMap((name) => conditions.get(name) ?? []);
  const mappers = ["mapper", ...names.filter((name) => conditions.has(name)).map((name) => `mapper_${name}`)];
  const weight = w.concat(...mappers.map((mapper) => w.transpose(w.concat(...blocks.map((block) => matrix(block, mapper))), [1, 0])));

  const time = s.child("timestep_mappers");
  const embedding = concat(
    time,
    [timestepRatio, ...given].map((r) => timestepEmbedding(time, r, dimension)),
    0,
  ); // [D, B]
  const all = gemmTransposed(time, embedding, time.dense("weight", weight, "time"), time.dense("bias", w.concat(...biases), "bias"));
  const [b = 1, n = 0] = all.shape;
  const sizes = blocks.flatMap(({ channels }) => [channels, channels]);
  const parts = split(time, reshape(time, all, [b, 1, 1, n]), sizes, -1); // [B, 1, 1, C] each
  return new Map(blocks.map(({ path }, i) => [path, pairOf(parts, i)]));
}

function pairOf(parts: readonly Value[], i: number): [Value, Value] {
  const scale = parts[2 * i];
  const shift = parts[2 * i + 1];
  if (scale === undefined || shift === undefined) throw new Error(`no modulation ${i} among ${parts.length / 2}`);
  return [scale, shift];
}

export interface ConditioningInputs {
  readonly clip_text_pooled: Value;
  readonly clip_text?: Value | undefined;
  readonly clip_img?: Value | undefined;
}

/** The conditioning's tokens [B, L, conditioning_dim]: text, pooled, image, normalised. */
export function clipTokens(s: ModelScope, config: UNetConfig, inputs: ConditioningInputs): Value {
  const several = (name: string, x: Value): Value => {
    const [b = 1, n = 1] = x.shape;
    const y = linear(s.child(name), x, config.conditioning_dim * config.clip_seq, "conditioning");
    return reshape(s.child(name), y, [b, mulDims(n, config.clip_seq), config.conditioning_dim]);
  };
  const pooled = several("clip_txt_pooled_mapper", inputs.clip_text_pooled);
  if (inputs.clip_text === undefined || inputs.clip_img === undefined) return layerNorm(s.child("clip_norm"), pooled);
  const text = linear(s.child("clip_txt_mapper"), inputs.clip_text, config.conditioning_dim, "conditioning");
  return layerNorm(s.child("clip_norm"), concat(s, [text, pooled, several("clip_img_mapper", inputs.clip_img)], 1));
}

/** kv_mapper of every attention block, [B, L, C] by path: SiLU once, and one product for every few blocks. */
export function keyValueTokens(s: ModelScope, blocks: readonly BlockPlace[], tokens: Value): Map<string, Value> {
  const result = new Map<string, Value>();
  if (blocks.length === 0) return result;
  const active = quickGelu(s.child("kv_mappers"), tokens, 1);
  const width = channelsOf(tokens);
  for (let first = 0; first < blocks.length; first += SHARED) {
    const group = blocks.slice(first, first + SHARED);
    const scope = s.child(`kv_mappers.${first / SHARED}`);
    const weight = w.concat(...group.map(({ path, channels }) => w.tensor(`${path}.kv_mapper.1.weight`, [channels, width])));
    const bias = w.concat(...group.map(({ path, channels }) => w.tensor(`${path}.kv_mapper.1.bias`, [channels])));
    const mapped = project(scope, active, weight, bias, "conditioning");
    const parts = split(
      scope,
      mapped,
      group.map(({ channels }) => channels),
      -1,
    );
    group.forEach(({ path }, i) => {
      const part = parts[i];
      if (part !== undefined) result.set(path, part);
    });
  }
  return result;
}

/** Blocks whose kv_mappers are one product: as many as one Split may have outputs, and no weight larger than the MLPs'. */
const SHARED = 8;

/** effnet_mapper and pixels_mapper: 1x1 convolution -> GELU -> 1x1 convolution -> LayerNorm, on [B, H, W, C]. */
function pictureMapper(s: ModelScope, x: Value, channels: number): Value {
  const hidden = gelu(s.child(1), conv1x1(s.child(0), x, channels * 4, "conditioning"));
  return layerNorm(s.child(3), conv1x1(s.child(2), hidden, channels, "conditioning"));
}

/** Stage B's view of Stage C's latent [B, 16, h, w], on the grid of `x` [B, H, W, C]. */
export function effnetMapped(s: ModelScope, effnet: Value, x: Value, channels: number): Value {
  return pictureMapper(s, resizedTo(s, toBHWC(s, effnet), x), channels);
}

/** The optional `pixels` [B, 3, h, w], mapped, then brought to the grid of `x`. */
export function pixelsMapped(s: ModelScope, pixels: Value, x: Value, channels: number): Value {
  return resizedTo(s, pictureMapper(s, toBHWC(s, pixels), channels), x);
}

/**
 * What pixels_mapper makes of zeros, which the network gets where there are no pixels: not zero, because of its biases, but the same
 * vector [channels] everywhere. Made of weights alone, so ONNX Runtime computes it when it loads the file.
 */
export function absentPixels(s: ModelScope, channels: number): Value {
  const bias = s.child(0).dense("bias", w.reshape(w.tensor(s.key("0.bias"), [channels * 4]), [1, channels * 4]), "bias");
  const mapped = layerNorm(s.child(3), conv1x1(s.child(2), gelu(s.child(1), bias), channels, "conditioning"));
  return reshape(s, mapped, [channels]);
}
