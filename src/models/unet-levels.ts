import type { BlockType, UNetConfig } from "./unet-config.ts";

/** A block of the network: its scope and its width. */
export interface BlockPlace {
  readonly path: string;
  readonly channels: number;
}

/** One level of one side. */
export interface Level {
  readonly path: string;
  readonly mapper: string;
  readonly types: readonly BlockType[];
  readonly channels: number;
  readonly heads: number;
  readonly selfAttention: boolean;
  readonly repeats: number;
}

/** Levels in the order they run; `up` deepest first, as the configuration's `up_*` lists are. */
export function levelsOf(config: UNetConfig): { readonly down: readonly Level[]; readonly up: readonly Level[] } {
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

/** Every block of a kind, in the order they first run. */
export function blocksOf(levels: readonly Level[], wanted: BlockType): BlockPlace[] {
  return levels.flatMap(({ path, types, channels }) =>
    types.flatMap((type, k) => (type === wanted ? [{ path: `${path}.${k}`, channels }] : [])),
  );
}
