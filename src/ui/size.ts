/** Shapes a picture can have, by width to height; each also upright. */
export const RATIO_NAMES = ["1:1", "5:4", "4:3", "3:2", "16:9", "21:9"] as const;
export type RatioName = (typeof RATIO_NAMES)[number];

/** A shape of those, or one that the user types. */
export type Shape = RatioName | "custom";

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Stable Cascade was trained around so many pixels; all shapes have about that many. */
const AREA = 1024 * 1024;
/** Pixels of a side: beyond it nothing was trained, and the pipeline takes no more. */
export const MAX_SIDE = 4096;

/** The size nearest to a ratio at about 1024x1024 pixels of which both sides are multiples of `granularity`. */
export function sizeOf(name: RatioName, upright: boolean, granularity: number): Size {
  const [wide = 1, high = 1] = name.split(":").map(Number);
  const side = (pixels: number) => Math.max(1, Math.round(pixels / granularity)) * granularity;
  const width = side(Math.sqrt((AREA * wide) / high));
  const height = side(Math.sqrt((AREA * high) / wide));
  return upright ? { width: height, height: width } : { width, height };
}

/** The multiple of `granularity` nearest to a side that was typed. */
export function nearestSide(pixels: number, granularity: number): number {
  const most = Math.max(1, Math.floor(MAX_SIDE / granularity));
  return Math.min(most, Math.max(1, Math.round(pixels / granularity))) * granularity;
}

/** A ratio as it is written for one orientation: "4:3", upright "3:4". */
export function ratioLabel(name: RatioName, upright: boolean): string {
  return upright ? name.split(":").reverse().join(":") : name;
}
