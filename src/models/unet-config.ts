import { ConfigReader } from "./config.ts";

const BLOCK_TYPES = ["SDCascadeResBlock", "SDCascadeTimestepBlock", "SDCascadeAttnBlock"] as const;
export type BlockType = (typeof BLOCK_TYPES)[number];

/** Constructor values of diffusers' StableCascadeUNet, by its names; lists have one entry a level, `up_*` deepest first. */
export interface UNetConfig {
  readonly in_channels: number;
  readonly out_channels: number;
  readonly timestep_ratio_embedding_dim: number;
  readonly patch_size: number;
  readonly conditioning_dim: number;
  readonly block_out_channels: readonly number[];
  /** -1 where a level has no attention. */
  readonly num_attention_heads: readonly number[];
  readonly down_num_layers_per_block: readonly number[];
  readonly up_num_layers_per_block: readonly number[];
  /** How often a level's blocks run, with a 1x1 convolution between runs. */
  readonly down_blocks_repeat_mappers: readonly number[];
  readonly up_blocks_repeat_mappers: readonly number[];
  readonly block_types_per_layer: readonly (readonly BlockType[])[];
  /** null: the network takes no such input. */
  readonly clip_text_in_channels: number | null;
  readonly clip_text_pooled_in_channels: number;
  readonly clip_image_in_channels: number | null;
  readonly clip_seq: number;
  readonly effnet_in_channels: number | null;
  readonly pixel_mapper_in_channels: number | null;
  readonly kernel_size: number;
  readonly self_attn: readonly boolean[];
  readonly timestep_conditioning_type: readonly string[];
  /** Between levels: null for strided convolutions, else whether the bilinear resize by 2 beside the 1x1 convolution is there. */
  readonly switch_level: readonly boolean[] | null;
}

/** Reads diffusers' config.json of a prior or decoder; `source` names the file in errors (CascadeError "bad-checkpoint"). */
export function unetConfigFrom(json: Readonly<Record<string, unknown>>, source = "config.json"): UNetConfig {
  const read = new ConfigReader(json, source);
  const block_out_channels = read.list("block_out_channels", (item) => typeof item === "number", "a list of numbers");
  const levels = block_out_channels.length;
  const isBlock = (item: unknown): item is BlockType => BLOCK_TYPES.some((type) => type === item);
  const isLevel = (item: unknown): item is BlockType[] => Array.isArray(item) && item.every(isBlock);
  return {
    in_channels: read.number("in_channels"),
    out_channels: read.number("out_channels"),
    timestep_ratio_embedding_dim: read.number("timestep_ratio_embedding_dim", 64),
    patch_size: read.number("patch_size", 1),
    conditioning_dim: read.number("conditioning_dim"),
    block_out_channels,
    num_attention_heads: read.numbers("num_attention_heads", levels),
    down_num_layers_per_block: read.numbers("down_num_layers_per_block", levels),
    up_num_layers_per_block: read.numbers("up_num_layers_per_block", levels),
    down_blocks_repeat_mappers: read.numbers("down_blocks_repeat_mappers", levels),
    up_blocks_repeat_mappers: read.numbers("up_blocks_repeat_mappers", levels),
    block_types_per_layer: read.list("block_types_per_layer", isLevel, `${levels} lists of block types`, levels),
    clip_text_in_channels: read.optional("clip_text_in_channels"),
    clip_text_pooled_in_channels: read.number("clip_text_pooled_in_channels", 1280),
    clip_image_in_channels: read.optional("clip_image_in_channels"),
    clip_seq: read.number("clip_seq", 4),
    effnet_in_channels: read.optional("effnet_in_channels"),
    pixel_mapper_in_channels: read.optional("pixel_mapper_in_channels"),
    kernel_size: read.number("kernel_size", 3),
    self_attn: read.booleans("self_attn", levels, true),
    timestep_conditioning_type: read.list("timestep_conditioning_type", (item) => typeof item === "string", "a list of names"),
    switch_level: read.has("switch_level") ? read.booleans("switch_level", levels - 1) : null,
  };
}
