import { roundToFloat16 } from "../shared/float16.ts";

/** Weights per scale along a row; the size onnxruntime's fast kernels want. */
export const BLOCK_SIZE = 32;

export interface NbitsOptions {
  readonly bits: 4 | 8;
  /** Zero point in the middle of the range and not stored; else one a block, packed like the values. */
  readonly symmetric: boolean;
  /** What scales are stored as: values are quantized against the rounded scale. */
  readonly scaleType: "float32" | "float16";
}

/** Rows of a matrix in MatMulNBits' layout. */
export interface QuantizedRows {
  /** [rows, blocks, 32 * bits / 8]; of two 4-bit values in a byte the first is the low one. */
  readonly values: Uint8Array<ArrayBuffer>;
  /** [rows, blocks]. A value is (q - zero point) * scale; scales may be negative. */
  readonly scales: Float32Array<ArrayBuffer>;
  /** [rows, ceil(blocks * bits / 8)]; absent where symmetric. */
  readonly zeroPoints?: Uint8Array<ArrayBuffer>;
}

/** Blocks in a row of `k` weights; the last may be padded. */
export function blocksOf(k: number): number {
  return Math.ceil(k / BLOCK_SIZE);
}

/** Quantizes rows of `k` weights. Padding beyond `k` is stored as the zero point, so it stands for 0. */
export function quantizeRows(weights: Float32Array, k: number, { bits, symmetric, scaleType }: NbitsOptions): QuantizedRows {
  const rows = weights.length / k;
  const blocks = blocksOf(k);
  const blockBytes = (BLOCK_SIZE * bits) / 8;
  const values = new Uint8Array(rows * blocks * blockBytes);
  const scales = new Float32Array(rows * blocks);
  const zeroBytes = Math.ceil((blocks * bits) / 8);
  const zeroPoints = symmetric ? undefined : new Uint8Array(rows * zeroBytes);
  const round = scaleType === "float16" ? roundToFloat16 : Math.fround;
  const search = symmetric ? symmetricBlock : asymmetricBlock;
  const block = new Float32Array(BLOCK_SIZE);

  for (let row = 0; row < rows; row++) {
    for (let b = 0; b < blocks; b++) {
      const from = row * k + b * BLOCK_SIZE;
      const count = Math.min(BLOCK_SIZE, k - b * BLOCK_SIZE);
      block.fill(0);
      block.set(weights.subarray(from, from + count));
      const { scale, zero } = search(block, bits, round);
      const index = row * blocks + b;
      scales[index] = scale;
      if (zeroPoints) {
        const at = row * zeroBytes + (bits === 8 ? b : b >> 1);
        zeroPoints[at] = (zeroPoints[at] ?? 0) | (bits === 4 && b & 1 ? zero << 4 : zero);
      }
      pack(block, scale, zero, bits, values, index * blockBytes);
    }
  }
  return zeroPoints ? { values, scales, zeroPoints } : { values, scales };
}

/** The inverse of `quantizeRows`, for tests and error figures: [rows, k]. */
export function dequantizeRows(quantized: QuantizedRows, rows: number, k: number, bits: 4 | 8): Float32Array<ArrayBuffer> {
  const { values, scales, zeroPoints } = quantized;
  const blocks = blocksOf(k);
  const zeroBytes = Math.ceil((blocks * bits) / 8);
  const nth = (packed: Uint8Array, start: number, i: number): number =>
    bits === 8 ? (packed[start + i] ?? 0) : ((packed[start + (i >> 1)] ?? 0) >> (i & 1 ? 4 : 0)) & 15;
  const weights = new Float32Array(rows * k);
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < k; i++) {
      const b = Math.floor(i / BLOCK_SIZE);
      const zero = zeroPoints ? nth(zeroPoints, row * zeroBytes, b) : 1 << (bits - 1);
      const q = nth(values, (row * blocks * BLOCK_SIZE * bits) / 8, i);
      weights[row * k + i] = (q - zero) * (scales[row * blocks + b] ?? 0);
    }
  }
  return weights;
}

interface Grid {
  readonly scale: number;
  readonly zero: number;
}
type Round = (scale: number) => number;

/** Fractions of the full range tried at 4 bits: cutting off the largest weight often costs less than coarser steps for all. */
const CLIPS = [1.05, 0.97, 0.9, 0.83];
/** With a zero point of its own no range is wider than needed. */
const ASYMMETRIC_CLIPS = [1, 0.94, 0.88, 0.82];

/**
 * The scale with the least squared error around a middle zero point. It starts as onnxruntime's does, with the weight
 * furthest from zero on the grid's longer (negative) end, tries some smaller ranges, and refits each by least squares.
 */
function symmetricBlock(block: Float32Array, bits: 4 | 8, round: Round): Grid {
  const zero = 1 << (bits - 1);
  let furthest = 0;
  for (let i = 0; i < BLOCK_SIZE; i++) {
    const weight = block[i] ?? 0;
    if (Math.abs(weight) > Math.abs(furthest)) furthest = weight;
  }
  // In float16 a tiny range can round to a scale of 0: everything in the block is then 0, which is the nearest there is.
  const full = round(-furthest / zero);
  if (full === 0) return { scale: 0, zero };
  if (bits === 8) return { scale: full, zero };

  let best = full;
  let least = squaredError(block, full, zero, 15);
  for (const clip of CLIPS) {
    const fitted = round(refit(block, full * clip, zero, 15));
    if (fitted === 0) continue;
    const error = squaredError(block, fitted, zero, 15);
    if (error < least) {
      least = error;
      best = fitted;
    }
  }
  return { scale: best, zero };
}

/** The scale and zero point with the least squared error among some ranges from the smallest to the largest weight. */
function asymmetricBlock(block: Float32Array, bits: 4 | 8, round: Round): Grid {
  const top = (1 << bits) - 1;
  // The grid must hold 0, which stands for padding too.
  let low = 0;
  let high = 0;
  for (let i = 0; i < BLOCK_SIZE; i++) {
    const weight = block[i] ?? 0;
    if (weight < low) low = weight;
    if (weight > high) high = weight;
  }
  let best: Grid = { scale: 0, zero: 0 };
  let least = Number.POSITIVE_INFINITY;
  for (const clip of bits === 8 ? [1] : ASYMMETRIC_CLIPS) {
    const start = round(((high - low) * clip) / top);
    if (start === 0) continue;
    const zero = Math.min(top, Math.max(0, Math.round((-low * clip) / start)));
    for (const scale of bits === 8 ? [start] : [start, round(refit(block, start, zero, top))]) {
      if (scale === 0) continue;
      const error = squaredError(block, scale, zero, top);
      if (error < least) {
        least = error;
        best = { scale, zero };
      }
    }
  }
  return best;
}

function squaredError(block: Float32Array, scale: number, zero: number, top: number): number {
  const inverse = 1 / scale;
  let sum = 0;
  for (let i = 0; i < BLOCK_SIZE; i++) {
    const weight = block[i] ?? 0;
    const q = Math.min(top, Math.max(0, Math.floor(weight * inverse + zero + 0.5)));
    const error = (q - zero) * scale - weight;
    sum += error * error;
  }
  return sum;
}

/** The scale that fits best to the integers another one gives: <w, q> / <q, q>. */
function refit(block: Float32Array, scale: number, zero: number, top: number): number {
  const inverse = 1 / scale;
  let wq = 0;
  let qq = 0;
  for (let i = 0; i < BLOCK_SIZE; i++) {
    const weight = block[i] ?? 0;
    const q = Math.min(top, Math.max(0, Math.floor(weight * inverse + zero + 0.5))) - zero;
    wq += weight * q;
    qq += q * q;
  }
  return qq === 0 ? scale : wq / qq;
}

function pack(block: Float32Array, scale: number, zero: number, bits: 4 | 8, out: Uint8Array, at: number): void {
  const top = (1 << bits) - 1;
  const inverse = scale === 0 ? 0 : 1 / scale;
  for (let i = 0; i < BLOCK_SIZE; i++) {
    const q = Math.min(top, Math.max(0, Math.floor((block[i] ?? 0) * inverse + zero + 0.5)));
    if (bits === 8) out[at + i] = q;
    else if (i & 1) out[at + (i >> 1)] = (out[at + (i >> 1)] ?? 0) | (q << 4);
    else out[at + (i >> 1)] = q;
  }
}
