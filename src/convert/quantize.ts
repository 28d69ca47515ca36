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
  const padded = new Float32Array(BLOCK_SIZE);

  for (let row = 0; row < rows; row++) {
    for (let b = 0; b < blocks; b++) {
      let block = weights;
      let at = row * k + b * BLOCK_SIZE;
      if ((b + 1) * BLOCK_SIZE > k) {
        padded.fill(0);
        padded.set(weights.subarray(at, (row + 1) * k));
        block = padded;
        at = 0;
      }
      const grid = search(block, at, bits, round);
      const { scale, zero } = grid;
      const index = row * blocks + b;
      scales[index] = scale;
      if (zeroPoints) {
        const byte = row * zeroBytes + (bits === 8 ? b : b >> 1);
        zeroPoints[byte] = (zeroPoints[byte] ?? 0) | (bits === 4 && b & 1 ? zero << 4 : zero);
      }
      pack(block, at, grid, bits, symmetric ? f : (x) => x, values, index * blockBytes);
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

/**
 * Divisors of the scale that fits the whole range, tried at 4 bits: cutting off the largest weight often costs less than coarser steps for all. Products
 * with them are float32, as all of a symmetric grid's arithmetic is, in the four lanes that quantize.as has.
 */
const DIVISORS = [0.926, 0.971, 1.01, 1.053, 1.1, 1.15, 1.22, 1.316].map(Math.fround);
/** At 8 bits the whole range costs next to nothing. */
const WHOLE_RANGE = [1];
/** With a zero point of its own no range is wider than needed. */
const ASYMMETRIC_CLIPS = [1, 0.96, 0.92, 0.88, 0.84, 0.8];
/** Blocks whose furthest weight is below this are stored as zeros. */
const LEAST = Math.fround(1e-30);
const f = Math.fround;

/**
 * The scale with the least squared error around a middle zero point. It starts as onnxruntime's does, with the weight
 * furthest from zero on the grid's longer (negative) end, tries some other ranges, and refits each by least squares.
 */
function symmetricBlock(weights: Float32Array, at: number, bits: 4 | 8, round: Round): Grid {
  const zero = 1 << (bits - 1);
  let low = 0;
  let high = 0;
  for (let i = at; i < at + BLOCK_SIZE; i++) {
    low = Math.min(low, weights[i] ?? 0);
    high = Math.max(high, weights[i] ?? 0);
  }
  const furthest = -low >= high ? low : high;
  if (Math.abs(furthest) < LEAST) return { scale: 0, zero };
  const step = f(furthest / -zero);
  const inverse = f(1 / step);
  const steps = Float32Array.from({ length: BLOCK_SIZE }, (_, i) => f((weights[at + i] ?? 0) * inverse));
  let best = 0;
  let most = 0;
  for (const divisor of bits === 8 ? WHOLE_RANGE : DIVISORS) {
    const { tq, qq } = explain(steps, divisor, zero);
    const explained = f(f(tq * tq) / qq);
    if (explained > most) {
      most = explained;
      best = f(tq / qq);
    }
  }
  // In float16 a tiny scale can round to 0 (never -0): everything in the block is then 0, which is the nearest there is.
  return { scale: round(f(best * step)) || 0, zero };
}

/**
 * <t, q> and <q, q> of steps and the integers that a divisor makes of them: t = q * <t, q> / <q, q> is the nearest fit, and lowers the squared
 * error from <t, t> by <t, q>^2 / <q, q>: the larger the better.
 */
function explain(steps: Float32Array, divisor: number, zero: number): { readonly tq: number; readonly qq: number } {
  const tq = new Float32Array(4);
  const qq = new Float32Array(4);
  for (const [i, t] of steps.entries()) {
    const q = clamp(f(t * divisor) + ROUND - ROUND, -zero, zero - 1);
    const lane = i % 4;
    tq[lane] = (tq[lane] ?? 0) + f(t * q);
    qq[lane] = (qq[lane] ?? 0) + q * q;
  }
  return { tq: sumOfLanes(tq), qq: sumOfLanes(qq) };
}

function sumOfLanes([a = 0, b = 0, c = 0, d = 0]: Float32Array): number {
  return f(f(a + c) + f(b + d));
}

/** The scale and zero point with the least squared error among some ranges from the smallest to the largest weight. */
function asymmetricBlock(weights: Float32Array, at: number, bits: 4 | 8, round: Round): Grid {
  const top = (1 << bits) - 1;
  // The grid must hold 0, which stands for padding too.
  let low = 0;
  let high = 0;
  for (let i = at; i < at + BLOCK_SIZE; i++) {
    const weight = weights[i] ?? 0;
    if (weight < low) low = weight;
    if (weight > high) high = weight;
  }
  if (low === high) return { scale: 0, zero: 0 };
  let best: Grid = { scale: 0, zero: 0 };
  let most = -1;
  for (const clip of bits === 8 ? WHOLE_RANGE : ASYMMETRIC_CLIPS) {
    const start = ((high - low) * clip) / top;
    const zero = Math.min(top, Math.max(0, Math.round((-low * clip) / start)));
    const explained = refit(weights, at, start, -zero, top - zero);
    if (explained > most) {
      most = explained;
      best = { scale: fitted, zero };
    }
  }
  return { scale: round(best.scale), zero: best.zero };
}

/** The scale `refit` found. A variable, because this runs for every block of billions of weights. */
let fitted = 0;

/** Adding and taking away 1.5 * 2^52 rounds a double to the nearest integer: faster than Math.round by a factor that matters here. */
const ROUND = 1.5 * 2 ** 52;

/**
 * Fits a scale to the integers that `scale` gives, by least squares: <w, q> / <q, q>. Returns <w, q>^2 / <q, q>, by which the
 * fit lowers the squared error from <w, w>: the larger the better.
 */
function refit(weights: Float32Array, at: number, scale: number, least: number, most: number): number {
  const inverse = 1 / scale;
  let wq = 0;
  let qq = 0;
  let wq1 = 0;
  let qq1 = 0;
  // Two at a time, with sums of their own: the additions don't wait for each other.
  for (let i = at; i < at + BLOCK_SIZE; i += 2) {
    const w = weights[i] ?? 0;
    const w1 = weights[i + 1] ?? 0;
    const q = clamp(w * inverse + ROUND - ROUND, least, most);
    const q1 = clamp(w1 * inverse + ROUND - ROUND, least, most);
    wq += w * q;
    qq += q * q;
    wq1 += w1 * q1;
    qq1 += q1 * q1;
  }
  wq += wq1;
  qq += qq1;
  fitted = qq === 0 ? scale : wq / qq;
  return qq === 0 ? 0 : (wq * wq) / qq;
}

/** Comparisons, because Math.min and Math.max treat NaN and -0 with care, which costs half as much again. */
function clamp(x: number, least: number, most: number): number {
  if (x < least) return least;
  if (x > most) return most;
  return x;
}

/** Writes a block's integers, each a byte or two in one; `exact` is the arithmetic's precision. */
function pack(weights: Float32Array, at: number, { scale, zero }: Grid, bits: 4 | 8, exact: Round, out: Uint8Array, to: number): void {
  const top = (1 << bits) - 1;
  const inverse = scale === 0 ? 0 : exact(1 / scale);
  const nth = (i: number) => clamp(exact((weights[at + i] ?? 0) * inverse) + ROUND - ROUND + zero, 0, top);
  for (let i = 0; i < BLOCK_SIZE; i += 2) {
    const low = nth(i);
    const high = nth(i + 1);
    if (bits === 4) {
      out[to + (i >> 1)] = low | (high << 4);
    } else {
      out[to + i] = low;
      out[to + i + 1] = high;
    }
  }
}
