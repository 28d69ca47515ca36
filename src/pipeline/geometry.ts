import { unetConfigFrom } from "../models/unet-config.ts";
import type { CascadeManifest } from "../shared/manifest.ts";

/** The latents a picture is made from, [N, C, H, W] with N = 1. */
export interface LatentShapes {
  readonly stageC: readonly [number, number, number, number];
  readonly stageB: readonly [number, number, number, number];
}

/** Latent sizes of a picture, rounded as the reference pipelines round them: 1024 pixels are 24 of Stage C's latent and 256 of Stage B's. */
export function latentShapes({ stage_c: c, stage_b: b }: CascadeManifest["latents"], width: number, height: number): LatentShapes {
  const sideC = (pixels: number): number => Math.ceil(pixels / c.compression);
  const sideB = (pixels: number): number => Math.floor(sideC(pixels) * b.per_stage_c);
  return {
    stageC: [1, c.channels, sideC(height), sideC(width)],
    stageB: [1, b.channels, sideB(height), sideB(width)],
  };
}

/** The least picture side, in pixels: every level of both U-Nets is left a token. */
export function leastSide({ latents, parts }: Pick<CascadeManifest, "latents" | "parts">): number {
  for (let side = latents.granularity; ; side += latents.granularity) {
    const { stageC, stageB } = latentShapes(latents, side, side);
    if (stageC[2] >= leastLatent(parts["stage-c"].config) && stageB[2] >= leastLatent(parts["stage-b"].config)) return side;
  }
}

/** Levels are half as wide as the one above, but for a switch that keeps the size. */
function leastLatent(config: Readonly<Record<string, unknown>>): number {
  const { patch_size, block_out_channels, switch_level } = unetConfigFrom(config, "cascade.json");
  const halved = switch_level?.filter((halves) => halves).length ?? block_out_channels.length - 1;
  return patch_size * 2 ** halved;
}
