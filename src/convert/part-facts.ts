import type { PartName } from "../shared/manifest.ts";
import { sizeOf } from "../shared/tensor.ts";

/** What a part's tensors say of its cost, for a picture of 1024x1024 pixels. */
export interface PartFacts {
  readonly parameters: number;
  /** Elements of the largest tensor. */
  readonly largest: number;
  /** Multiplications and additions (each counted) of one evaluation, without the second half of guidance. */
  readonly work: number;
  /** Elements of the largest activation of one evaluation. */
  readonly widest: number;
}

/** Sides of the latents of 1024 pixels: Stage C's, Stage B's after its patches, Stage A's. */
const SIDE_C = 24;
const SIDE_B = 128;
const SIDE_A = 256;
const TOKENS = 77;

type Shapes = ReadonlyMap<string, readonly number[]>;

/** Reads a part's cost off its tensors' names and shapes (diffusers' keys). */
export function factsOf(part: PartName, shapes: Shapes): PartFacts {
  let [parameters, largest, work, widest] = [0, 0, 0, 0];
  for (const [key, shape] of shapes) {
    const size = sizeOf(shape);
    parameters += size;
    largest = Math.max(largest, size);
    if (shape.length < 2) continue;
    const { positions, repeats = 1 } = positionsOf(part, key, shape, shapes);
    work += 2 * size * positions * repeats;
    if (positions > 1) widest = Math.max(widest, (shape[0] ?? 0) * positions);
  }
  return { parameters, largest, work, widest };
}

interface Applied {
  readonly positions: number;
  /** @default 1 */
  readonly repeats?: number;
}

/** How many positions a matrix or convolution is applied to, and how often. */
function positionsOf(part: PartName, key: string, [rows = 0, columns = 0]: readonly number[], shapes: Shapes): Applied {
  switch (part) {
    case "text-encoder":
      return { positions: /embedding/.test(key) ? 0 : TOKENS };
    case "previewer":
      return { positions: (SIDE_C * 4) ** 2 };
    case "stage-a": {
      // Encoder and codebook take no part; behind the transposed convolution the sides are twice as long, and channels half as many.
      if (!/^(up_blocks|out_block)/.test(key)) return { positions: 0 };
      const half = (shapes.get("up_blocks.0.0.weight")?.[0] ?? 0) / 2;
      return { positions: SIDE_A ** 2 * (rows === half || columns === half ? 4 : 1) };
    }
    case "stage-c":
      return { positions: once(key) ? (key.startsWith("clip_txt_mapper") ? TOKENS : 1) : SIDE_C ** 2 };
    case "stage-b": {
      if (once(key)) return { positions: 1 };
      const [, side = "", index = "0"] = /^(down|up)_(?:blocks|downscalers|upscalers|repeat_mappers)\.(\d+)\./.exec(key) ?? [];
      const levels = levelsOf(shapes);
      const level = side === "up" ? levels - 1 - Number(index) : Number(index);
      const repeats = key.startsWith(`${side}_blocks.`) ? 1 + repeatsOf(shapes, `${side}_repeat_mappers.${index}.`) : 1;
      return { positions: (SIDE_B >> level) ** 2, repeats };
    }
  }
}

/** Matrices that map the timestep or the prompt, not the picture. */
function once(key: string): boolean {
  return /\.mapper|kv_mapper|^clip_|^(effnet|pixels)_mapper/.test(key);
}

function levelsOf(shapes: Shapes): number {
  let levels = 0;
  while (shapes.has(`down_blocks.${levels}.0.depthwise.weight`)) levels++;
  return levels;
}

function repeatsOf(shapes: Shapes, prefix: string): number {
  let repeats = 0;
  while (shapes.has(`${prefix}${repeats}.weight`)) repeats++;
  return repeats;
}
