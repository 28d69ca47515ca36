import { closeSync, existsSync, mkdirSync, openSync, renameSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { crc32 } from "node:zlib";
import { publishedShapes } from "../../fixtures/checkpoints.ts";
import { sizeOf } from "../../src/shared/tensor.ts";

/** Elements made at a time. */
const CHUNK = 2 ** 22;

/**
 * Writes a checkpoint of a published part's names and shapes (fixtures/published) with made-up bfloat16 weights, streamed, unless it is there. Every value follows from
 * the tensor's name and the element's index, so the file is the same on every machine, and the same that the reference's outputs were made of.
 */
export function makeFile(part: string, path: string): void {
  if (existsSync(path)) return;
  mkdirSync(dirname(path), { recursive: true });
  const shapes = Object.entries(publishedShapes(part)).filter(([key]) => !/(num_batches_tracked|position_ids)$/.test(key));
  let at = 0;
  const header = Object.fromEntries(
    shapes.map(([key, shape]) => {
      const begin = at;
      at += 2 * sizeOf(shape);
      return [key, { dtype: "BF16", shape, data_offsets: [begin, at] }];
    }),
  );
  const json = JSON.stringify(header);
  const text = Buffer.from(json.padEnd(Math.ceil(json.length / 8) * 8));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  const file = openSync(`${path}.part`, "w");
  try {
    writeSync(file, length);
    writeSync(file, text);
    for (const [key, shape] of shapes) {
      const size = sizeOf(shape);
      for (let start = 0; start < size; start += CHUNK) writeSync(file, values(part, key, shape, start, Math.min(CHUNK, size - start)));
    }
  } finally {
    closeSync(file);
  }
  renameSync(`${path}.part`, path);
}

/** bfloat16 patterns: offset + amplitude times a uniform number in [-1, 1) hashed from name and index. */
function values(part: string, key: string, shape: readonly number[], start: number, count: number): Uint16Array {
  const seed = crc32(`${part}.${key}`);
  const [offset, amplitude] = rangeOf(key, shape).map(Math.fround) as [number, number];
  const halves = new Uint16Array(count);
  const float = new Float32Array(1);
  const bits = new Uint32Array(float.buffer);
  for (let i = 0; i < count; i++) {
    let x = (Math.imul(start + i, 0x9e3779b1) + seed) | 0;
    x ^= x >>> 16;
    x = Math.imul(x, 0x7feb352d);
    x ^= x >>> 15;
    x = Math.imul(x, 0x846ca68b);
    x ^= x >>> 16;
    float[0] = Math.fround(Math.fround((x >>> 0) / 2 ** 31 - 1) * amplitude) + offset;
    const pattern = bits[0] ?? 0;
    halves[i] = (pattern + 0x7fff + ((pattern >>> 16) & 1)) >>> 16; // to nearest, ties to even
  }
  return halves;
}

/** What a tensor's values lie around, and how far from it: networks keep their activations of order one. */
function rangeOf(key: string, shape: readonly number[]): [offset: number, amplitude: number] {
  if (key.endsWith("running_var")) return [1, 0.5];
  if (key.endsWith("running_mean")) return [0, 0.1];
  if (key.endsWith("gammas")) return [0, 0.7];
  if (shape.length === 1 && key.endsWith("weight")) return [1, 0.2];
  if (shape.length <= 1 || key.endsWith("bias")) return [0, 0.1];
  if (/gamma|beta/.test(key)) return [0, 0.5];
  if (key.includes("embedding") && shape.length === 2) return [0, 0.05];
  return [0, Math.sqrt(3 / sizeOf(shape.slice(1)))];
}
