import type { CascadeManifest } from "../shared/manifest.ts";

/** Stable Cascade's own geometry: 1024 pixels are 24 of Stage C's latent, and 24 of those are 256 of Stage B's. */
export const COMPRESSION = 42.67;
export const PER_STAGE_C = 10.67;
/** Pixels of one of Stage B's latent. */
const STAGE_A_PIXELS = 4;
/** Sizes checked: nobody asks for larger pictures. */
const LARGEST = 4096;

/** What the sides of a U-Net's latent must divide by: its patches and, where levels are strided, those. */
export interface Divisible {
  readonly patch_size: number;
  readonly block_out_channels: readonly number[];
  readonly switch_level: readonly boolean[] | null;
}

/** The latents' numbers for a manifest. Throws where no granularity works. */
export function latentGeometry(c: Divisible & { in_channels: number }, b: Divisible & { in_channels: number }): CascadeManifest["latents"] {
  return {
    stage_c: { channels: c.in_channels, compression: COMPRESSION },
    stage_b: { channels: b.in_channels, per_stage_c: PER_STAGE_C },
    granularity: granularity(c, b),
  };
}

/**
 * The least number of pixels (a multiple of 32) such that every picture side that is a multiple of it gives latents both U-Nets can cut
 * into whole patches, and that meet: Stage B's latent is made from Stage C's side, and must be a fourth of the picture's.
 */
export function granularity(c: Divisible, b: Divisible): number {
  for (let step = 32; step <= 1024; step += 32) {
    let works = true;
    for (let pixels = step; pixels <= LARGEST && works; pixels += step) {
      const sideC = Math.ceil(pixels / COMPRESSION);
      const sideB = Math.floor(sideC * PER_STAGE_C);
      works = sideB * STAGE_A_PIXELS === pixels && sideC % divisor(c) === 0 && sideB % divisor(b) === 0;
    }
    if (works) return step;
  }
  throw new Error("no picture size suits the patches of both U-Nets");
}

/** Bilinear resizes between levels take any size; strided convolutions want whole halves. */
function divisor({ patch_size, block_out_channels, switch_level }: Divisible): number {
  return switch_level === null ? patch_size * 2 ** (block_out_channels.length - 1) : patch_size;
}
