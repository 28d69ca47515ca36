export type SizeName = "square" | "portrait" | "landscape";

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Width to height; all three have about as many pixels as the square. */
const RATIOS: Readonly<Record<SizeName, number>> = { square: 1, portrait: 3 / 4, landscape: 4 / 3 };
const AREA = 1024 * 1024;

export const SIZE_NAMES: readonly SizeName[] = ["square", "portrait", "landscape"];

/** The size nearest to the shape's ratio at about 1024x1024 pixels of which both sides are multiples of `granularity`. */
export function sizeOf(name: SizeName, granularity: number): Size {
  const ratio = RATIOS[name];
  const side = (pixels: number) => Math.max(1, Math.round(pixels / granularity)) * granularity;
  return { width: side(Math.sqrt(AREA * ratio)), height: side(Math.sqrt(AREA / ratio)) };
}
