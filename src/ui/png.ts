import type { Pixels } from "../pipeline/types.ts";

/** The pixels as a PNG file, encoded off the main thread by the browser. */
export async function encodePng({ width, height, data }: Pixels): Promise<Blob> {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d");
  if (context === null) throw new Error("no 2d context to encode the picture with");
  context.putImageData(new ImageData(data, width, height), 0, 0);
  return await canvas.convertToBlob({ type: "image/png" });
}
