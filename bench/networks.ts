/**
 * The networks the benchmark times: Stages C and B in two sizes, the official architecture in diffusers' config.json form.
 * "tiny" is small enough for a software GPU; "small" has twice the width, so that matrix products outweigh launches.
 */

const stageC = (width: number) => ({
  _class_name: "StableCascadeUNet",
  in_channels: 16,
  out_channels: 16,
  timestep_ratio_embedding_dim: 64,
  patch_size: 1,
  conditioning_dim: width,
  block_out_channels: [width, width],
  num_attention_heads: [width / 32, width / 32],
  down_num_layers_per_block: [2, 4],
  up_num_layers_per_block: [4, 2],
  down_blocks_repeat_mappers: [1, 1],
  up_blocks_repeat_mappers: [1, 1],
  block_types_per_layer: [
    ["SDCascadeResBlock", "SDCascadeTimestepBlock", "SDCascadeAttnBlock"],
    ["SDCascadeResBlock", "SDCascadeTimestepBlock", "SDCascadeAttnBlock"],
  ],
  clip_text_in_channels: width,
  clip_text_pooled_in_channels: width,
  clip_image_in_channels: 96,
  clip_seq: 4,
  effnet_in_channels: null,
  pixel_mapper_in_channels: null,
  kernel_size: 3,
  dropout: [0, 0],
  self_attn: true,
  timestep_conditioning_type: ["sca", "crp"],
  switch_level: [false],
});

const stageB = (width: number) => ({
  _class_name: "StableCascadeUNet",
  in_channels: 4,
  out_channels: 4,
  timestep_ratio_embedding_dim: 64,
  patch_size: 2,
  conditioning_dim: width,
  block_out_channels: [width / 4, width / 2, width, width],
  num_attention_heads: [0, 0, width / 32, width / 32],
  down_num_layers_per_block: [2, 2, 4, 2],
  up_num_layers_per_block: [2, 4, 2, 2],
  down_blocks_repeat_mappers: [1, 1, 1, 1],
  up_blocks_repeat_mappers: [3, 3, 2, 2],
  block_types_per_layer: [
    ["SDCascadeResBlock", "SDCascadeTimestepBlock"],
    ["SDCascadeResBlock", "SDCascadeTimestepBlock"],
    ["SDCascadeResBlock", "SDCascadeTimestepBlock", "SDCascadeAttnBlock"],
    ["SDCascadeResBlock", "SDCascadeTimestepBlock", "SDCascadeAttnBlock"],
  ],
  clip_text_in_channels: null,
  clip_text_pooled_in_channels: width,
  clip_image_in_channels: null,
  clip_seq: 4,
  effnet_in_channels: 16,
  pixel_mapper_in_channels: 3,
  kernel_size: 3,
  dropout: [0, 0, 0, 0],
  self_attn: true,
  timestep_conditioning_type: ["sca"],
  switch_level: null,
});

export interface BenchNetwork {
  readonly name: string;
  readonly part: "stage-c" | "stage-b";
  /** diffusers' config.json. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Input shapes, batch 2 as under guidance; `clip_img` zeros and `timestep_ratio` 0.7 by their names. */
  readonly inputs: Readonly<Record<string, readonly number[]>>;
}

const inputsC = (width: number) => ({
  sample: [2, 16, 24, 24],
  timestep_ratio: [2],
  clip_text_pooled: [2, 1, width],
  clip_text: [2, 77, width],
  clip_img: [2, 1, 96],
});

const inputsB = (width: number) => ({
  sample: [2, 4, 64, 64],
  timestep_ratio: [2],
  clip_text_pooled: [2, 1, width],
  effnet: [2, 16, 24, 24],
});

export const networks: readonly BenchNetwork[] = [
  { name: "Stage C tiny", part: "stage-c", config: stageC(128), inputs: inputsC(128) },
  { name: "Stage C small", part: "stage-c", config: stageC(256), inputs: inputsC(256) },
  { name: "Stage B tiny", part: "stage-b", config: stageB(128), inputs: inputsB(128) },
  { name: "Stage B small", part: "stage-b", config: stageB(256), inputs: inputsB(256) },
];
