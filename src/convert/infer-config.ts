import { CascadeError } from "../shared/errors.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { missing } from "./checkpoint.ts";

/** A network's constructor values with diffusers' (transformers') names, read off tensor names and shapes. */
export interface InferredConfig {
  readonly config: Readonly<Record<string, unknown>>;
  /** What the tensors don't say and was assumed, for the user. */
  readonly notes: readonly string[];
}

/** Reads a network's constructor values off its tensors, for files that come without a config.json. */
export function inferConfig(checkpoint: Checkpoint): InferredConfig {
  switch (checkpoint.part) {
    case "stage-c":
    case "stage-b":
      return inferUNet(checkpoint);
    case "stage-a":
      return inferStageA(checkpoint);
    case "previewer":
      return { config: {}, notes: [] };
    case "text-encoder":
      return inferTextEncoder(checkpoint);
  }
}

const BLOCK_TYPES = [
  ["SDCascadeResBlock", "depthwise.weight"],
  ["SDCascadeTimestepBlock", "mapper.weight"],
  ["SDCascadeAttnBlock", "kv_mapper.1.weight"],
] as const;

function inferUNet(checkpoint: Checkpoint): InferredConfig {
  const { shapes, part } = checkpoint;
  const has = (key: string): boolean => shapes.has(key);
  const levels = countWhile((i) => has(`down_blocks.${i}.0.depthwise.weight`));
  if (levels === 0) throw new CascadeError("bad-checkpoint", missing(checkpoint.name, "down_blocks.0.0.depthwise.weight"));

  /** The kinds of block that level `path` repeats, and how often. */
  function level(path: string): { types: string[]; layers: number } {
    const typeOf = (i: number) => BLOCK_TYPES.find(([, mark]) => has(`${path}.${i}.${mark}`))?.[0];
    const blocks = countWhile((i) => typeOf(i) !== undefined);
    const all = Array.from({ length: blocks }, (_, i) => typeOf(i) ?? "");
    const next = all.indexOf("SDCascadeResBlock", 1);
    const types = next === -1 ? all : all.slice(0, next);
    return { types, layers: blocks / types.length };
  }
  const indices = Array.from({ length: levels }, (_, i) => i);
  const down = indices.map((i) => level(`down_blocks.${i}`));
  const up = indices.map((i) => level(`up_blocks.${i}`));
  const repeats = (side: string) => indices.map((i) => 1 + countWhile((n) => has(`${side}_repeat_mappers.${i}.${n}.weight`)));
  const widths = indices.map((i) => dim(checkpoint, `down_blocks.${i}.0.depthwise.weight`, 0));

  // Stage C's latent has 16 channels and Stage B's 4 (never folded by other patches than squares of small numbers).
  const channels = part === "stage-c" ? 16 : 4;
  const patch = Math.round(Math.sqrt(dim(checkpoint, "embedding.1.weight", 1) / channels));
  const attention = down.map(({ types }) => types.includes("SDCascadeAttnBlock"));
  const resized = has("down_downscalers.1.1.blocks.0.weight");
  const optional = (key: string, axis: number) => (has(key) ? dim(checkpoint, key, axis) : null);
  const conditioning = part === "stage-c" ? dim(checkpoint, "clip_txt_mapper.weight", 0) : conditioningOf(checkpoint, down);
  const time = dim(checkpoint, "down_blocks.0.1.mapper.weight", 1);

  return {
    config: {
      in_channels: channels,
      out_channels: Math.round(dim(checkpoint, "clf.1.weight", 0) / patch ** 2),
      timestep_ratio_embedding_dim: time,
      patch_size: patch,
      conditioning_dim: conditioning,
      block_out_channels: widths,
      num_attention_heads: widths.map((width, i) => (attention[i] ? headsOf(width) : -1)),
      down_num_layers_per_block: down.map(({ layers }) => layers),
      up_num_layers_per_block: up.map(({ layers }) => layers),
      down_blocks_repeat_mappers: repeats("down"),
      up_blocks_repeat_mappers: repeats("up"),
      block_types_per_layer: down.map(({ types }) => types),
      clip_text_in_channels: optional("clip_txt_mapper.weight", 1),
      clip_text_pooled_in_channels: optional("clip_txt_pooled_mapper.weight", 1),
      clip_image_in_channels: optional("clip_img_mapper.weight", 1),
      clip_seq: dim(checkpoint, "clip_txt_pooled_mapper.weight", 0) / conditioning,
      effnet_in_channels: optional("effnet_mapper.0.weight", 1),
      pixel_mapper_in_channels: optional("pixels_mapper.0.weight", 1),
      kernel_size: dim(checkpoint, "down_blocks.0.0.depthwise.weight", 2),
      self_attn: true,
      timestep_conditioning_type: ["sca", "crp"].filter((name) => has(`down_blocks.0.1.mapper_${name}.weight`)),
      switch_level: resized ? new Array(levels - 1).fill(false) : null,
    },
    notes: [
      ...headNotes(
        checkpoint,
        widths.filter((_, i) => attention[i]),
      ),
      // The published Stage C never resizes; a file does not say (the resize has no weights).
      ...(resized && widths.some((width) => width < PUBLISHED_WIDTH)
        ? [
            `${checkpoint.name}: it is assumed that no level halves the resolution (switch_level false); a config.json beside it can say otherwise.`,
          ]
        : []),
    ],
  };
}

/** Stage B's conditioning width: what its attention maps from; without attention only its clip_seq of 4 tells. */
function conditioningOf(checkpoint: Checkpoint, down: readonly { types: readonly string[] }[]): number {
  const level = down.findIndex(({ types }) => types.includes("SDCascadeAttnBlock"));
  const block = down[level]?.types.indexOf("SDCascadeAttnBlock");
  if (level >= 0) return dim(checkpoint, `down_blocks.${level}.${block}.kv_mapper.1.weight`, 1);
  return dim(checkpoint, "clip_txt_pooled_mapper.weight", 0) / 4;
}

function inferStageA(checkpoint: Checkpoint): InferredConfig {
  const { shapes } = checkpoint;
  const bottleneck = countWhile((i) => shapes.has(`up_blocks.${i + 1}.gammas`));
  return {
    config: {
      in_channels: 3,
      out_channels: Math.round(dim(checkpoint, "out_block.0.weight", 0) / 4),
      up_down_scale_factor: 2,
      levels: 1 + countWhile((i) => shapes.has(`up_blocks.${bottleneck + 1 + 2 * i}.weight`)),
      bottleneck_blocks: bottleneck,
      embed_dim: dim(checkpoint, "up_blocks.0.0.weight", 0),
      latent_channels: dim(checkpoint, "up_blocks.0.0.weight", 1),
      scale_factor: 0.43,
    },
    notes: [],
  };
}

function inferTextEncoder(checkpoint: Checkpoint): InferredConfig {
  const layers = countWhile((i) => checkpoint.shapes.has(`text_model.encoder.layers.${i}.layer_norm1.weight`));
  const width = dim(checkpoint, "text_model.embeddings.position_embedding.weight", 1);
  const vocabulary = dim(checkpoint, "text_model.embeddings.token_embedding.weight", 0);
  return {
    config: {
      vocab_size: vocabulary,
      hidden_size: width,
      intermediate_size: dim(checkpoint, "text_model.encoder.layers.0.mlp.fc1.weight", 0),
      projection_dim: dim(checkpoint, "text_projection.weight", 0),
      num_hidden_layers: layers,
      num_attention_heads: headsOf(width),
      max_position_embeddings: dim(checkpoint, "text_model.embeddings.position_embedding.weight", 0),
      hidden_act: "gelu",
      layer_norm_eps: 1e-5,
      // CLIP's end token is the vocabulary's last.
      eos_token_id: vocabulary - 1,
    },
    notes: headNotes(checkpoint, [width]),
  };
}

/** Every published network of the cascade is at least this wide where it has attention, with 64 channels a head. */
const PUBLISHED_WIDTH = 512;

function headsOf(width: number): number {
  return width / (width >= PUBLISHED_WIDTH ? 64 : 32);
}

function headNotes(checkpoint: Checkpoint, widths: readonly number[]): string[] {
  return widths.some((width) => width < PUBLISHED_WIDTH)
    ? [
        `${checkpoint.name} does not say how many attention heads it has: 32 channels a head are assumed; a config.json beside it can say otherwise.`,
      ]
    : [];
}

function dim(checkpoint: Checkpoint, key: string, axis: number): number {
  const shape = checkpoint.shapes.get(key);
  if (shape === undefined) throw new CascadeError("bad-checkpoint", missing(checkpoint.name, key));
  const size = shape[axis];
  if (size === undefined || size === 0) {
    throw new CascadeError(
      "bad-checkpoint",
      `${checkpoint.name}: tensor "${key}" has the shape [${shape.join(", ")}], which no such network has.`,
    );
  }
  return size;
}

function countWhile(test: (i: number) => boolean): number {
  let count = 0;
  while (test(count)) count++;
  return count;
}
