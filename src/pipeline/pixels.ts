import type { Tensor } from "../shared/tensor.ts";
import type { Pixels } from "./types.ts";

/** A rectangle, in pixels of whatever it is cut from. */
export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A network's image [1, 3, H, W] as opaque RGBA: clamped to 0..1, rounded to 255 steps as the reference does (halves to even); `part` of it where given. */
export function toPixels({ data, dims }: Tensor, part?: Rect): Pixels {
  const [, channels = 0, rows = 0, columns = 0] = dims;
  if (channels !== 3) throw new Error(`an image of ${channels} channels`);
  const { x, y, width, height } = part ?? { x: 0, y: 0, width: columns, height: rows };
  const pixels = new Uint8ClampedArray(width * height * 4).fill(255);
  for (let channel = 0; channel < 3; channel++) {
    for (let row = 0; row < height; row++) {
      const from = (channel * rows + y + row) * columns + x;
      const to = row * width * 4 + channel;
      for (let column = 0; column < width; column++) pixels[to + column * 4] = (data[from + column] ?? 0) * 255;
    }
  }
  return { width, height, data: pixels };
}

/** An all-transparent picture. */
export function blankPixels(width: number, height: number): Pixels {
  return { width, height, data: new Uint8ClampedArray(width * height * 4) };
}

/** Copies `image` into `picture` with its corner at (x, y). */
export function paste(picture: Pixels, image: Pixels, x: number, y: number): void {
  for (let row = 0; row < image.height; row++) {
    const line = image.data.subarray(row * image.width * 4, (row + 1) * image.width * 4);
    picture.data.set(line, ((y + row) * picture.width + x) * 4);
  }
}
