import { describe, expect, it } from "vitest";
import { publishedShapes } from "../../fixtures/checkpoints.ts";
import type { PartName } from "../shared/manifest.ts";
import { sizeOf } from "../shared/tensor.ts";
import type { ByteSource } from "./byte-source.ts";
import { preparePart } from "./prepare-part.ts";

/** A bfloat16 file of these shapes that is all header: reading a number from it fails. */
function headerOnly(name: string, shapes: Readonly<Record<string, readonly number[]>>): ByteSource {
  let at = 0;
  const header = Object.fromEntries(
    Object.entries(shapes).map(([key, shape]) => {
      const bytes = 2 * sizeOf(shape);
      at += bytes;
      return [key, { dtype: "BF16", shape, data_offsets: [at - bytes, at] }];
    }),
  );
  const json = new TextEncoder().encode(JSON.stringify(header));
  const start = new Uint8Array(8 + json.length);
  new DataView(start.buffer).setBigUint64(0, BigInt(json.length), true);
  start.set(json, 8);
  return {
    name: `${name}.safetensors`,
    size: start.length + at,
    async read(offset, length) {
      if (offset + length > start.length) throw new Error("a number was read");
      return start.slice(offset, offset + length);
    },
  };
}

const prepare = (part: PartName, name: string) => preparePart(part, [headerOnly(name, publishedShapes(name))], { precision: "q4" });

// Constructor values as published in the repositories' own configurations.
const published = [
  [
    "stage-c",
    "stage_c",
    {
      patch_size: 1,
      conditioning_dim: 2048,
      block_out_channels: [2048, 2048],
      num_attention_heads: [32, 32],
      up_num_layers_per_block: [24, 8],
    },
  ],
  [
    "stage-c",
    "stage_c_lite",
    { conditioning_dim: 1536, num_attention_heads: [24, 24], down_num_layers_per_block: [4, 12], switch_level: [false] },
  ],
  [
    "stage-b",
    "stage_b",
    {
      patch_size: 2,
      conditioning_dim: 1280,
      block_out_channels: [320, 640, 1280, 1280],
      num_attention_heads: [-1, -1, 20, 20],
      up_num_layers_per_block: [6, 28, 6, 2],
      up_blocks_repeat_mappers: [3, 3, 2, 2],
      switch_level: null,
    },
  ],
  ["stage-b", "stage_b_lite", { block_out_channels: [320, 576, 1152, 1152], up_blocks_repeat_mappers: [2, 2, 2, 2], clip_seq: 4 }],
  ["stage-a", "stage_a", { levels: 2, bottleneck_blocks: 12, embed_dim: 384, latent_channels: 4, scale_factor: 0.43 }],
  ["previewer", "previewer", { latent_channels: 16, widths: [512, 512, 256, 256, 128, 128, 128, 128, 3] }],
  [
    "text-encoder",
    "text_encoder",
    { hidden_size: 1280, num_hidden_layers: 32, num_attention_heads: 20, intermediate_size: 5120, eos_token_id: 49407 },
  ],
] as const;

describe("the published files", () => {
  it.each(published)("%s: %s is recognised with all it needs, from names and shapes alone", async (part, name, config) => {
    const prepared = await prepare(part, name);
    expect(prepared.config).toMatchObject(config);
    expect(prepared.notes).toEqual([]);
  });

  it("take at most 0.62 bytes a parameter in Stage C's 4-bit graph", async () => {
    const { layout } = await prepare("stage-c", "stage_c");
    const parameters = Object.values(publishedShapes("stage_c")).reduce((sum, shape) => sum + sizeOf(shape), 0);
    expect(layout.bytes / parameters).toBeLessThan(0.62);
  });
});
