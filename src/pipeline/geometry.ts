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
