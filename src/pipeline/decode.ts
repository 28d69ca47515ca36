import { type StageAConfig, stageAConfigFrom, stageARadius } from "../models/stage-a.ts";
import type { Network } from "../runtime/types.ts";
import type { Tensor } from "../shared/tensor.ts";
import { blankPixels, paste, type Rect, toPixels } from "./pixels.ts";
import { throwIfAborted } from "./stage.ts";
import { tilesOf } from "./tiles.ts";
import type { CascadeEvent, Pixels } from "./types.ts";

/** A window's widest tensor fits one binding of any WebGPU device (the default limit); that of the official decoder's whole picture has 805 MB. */
const WINDOW_BYTES = 128 * 2 ** 20;
/** And a window has at most this many latent pixels a side, so that the picture appears in parts. */
const WINDOW_SIDE = 144;

export interface DecodeOptions {
  readonly signal?: AbortSignal | undefined;
  /** Latent pixels of a window's side. @default as many as fit a device */
  readonly windowSide?: number;
  /** Memory is short: windows of half the side. @default false */
  readonly tight?: boolean;
}

/** Decodes Stage B's latent [1, C, H, W] tile by tile; each reaches the caller as it is done. Returns the picture. */
export async function* decode(
  network: Network,
  latent: Tensor,
  json: Readonly<Record<string, unknown>>,
  { signal, tight = false, windowSide }: DecodeOptions = {},
): AsyncGenerator<CascadeEvent, Pixels> {
  const config = stageAConfigFrom(json, "cascade.json");
  const scale = config.up_down_scale_factor ** config.levels;
  const [, , height = 0, width = 0] = latent.dims;
  const largest = windowSide ?? Math.ceil(fittingSide(config) / (tight ? 2 : 1));
  const tiles = tilesOf(width, height, stageARadius(config), largest);
  const picture = blankPixels(width * scale, height * scale);
  for (const [i, { window, core }] of tiles.entries()) {
    throwIfAborted(signal);
    const { image } = await network.run({ latent: crop(latent, window) });
    if (image === undefined) throw new Error("Stage A has no output");
    const right = { x: core.x - window.x, y: core.y - window.y, width: core.width, height: core.height };
    const pixels = toPixels(image, times(right, scale));
    const [x, y] = [core.x * scale, core.y * scale];
    paste(picture, pixels, x, y);
    yield { type: "tile", x, y, image: pixels };
    yield { type: "step", stage: "stage-a", step: i + 1, steps: tiles.length };
  }
  return picture;
}

/** The last level has the most pixels, and its MLP four times its channels. */
function fittingSide({ embed_dim, levels, up_down_scale_factor }: StageAConfig): number {
  const perPixel = 4 * 4 * (embed_dim / 2 ** (levels - 1)) * up_down_scale_factor ** (2 * (levels - 1));
  return Math.min(WINDOW_SIDE, Math.floor(Math.sqrt(WINDOW_BYTES / perPixel)));
}

function times(rect: Rect, scale: number): Rect {
  return { x: rect.x * scale, y: rect.y * scale, width: rect.width * scale, height: rect.height * scale };
}

function crop({ data, dims: [, channels = 0, rows = 0, columns = 0] }: Tensor, { x, y, width, height }: Rect): Tensor {
  const out = new Float32Array(channels * height * width);
  for (let line = 0; line < channels * height; line++) {
    const from = (Math.floor(line / height) * rows + y + (line % height)) * columns + x;
    out.set(data.subarray(from, from + width), line * width);
  }
  return { data: out, dims: [1, channels, height, width] };
}
