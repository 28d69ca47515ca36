import { fromFloat16 } from "../../shared/float16.ts";
import { bytesOf } from "../../shared/spans-blob.ts";
import { quantizeFast, type StoredNumbers, storedFloats } from "../kernel/kernel.ts";
import { BLOCK_SIZE } from "../quantize.ts";

/** A file and where in it bytes begin. */
export interface Place {
  readonly file: Blob;
  readonly offset: number;
}

/** A matrix of `n` outputs and `k` inputs (a multiple of 32) as a converted model has it: [k, n] for MatMul, or 8 bits in MatMulNBits' layout. */
export type StoredMatrix =
  | { readonly kind: "float32" | "float16"; readonly n: number; readonly k: number; readonly numbers: Place }
  | { readonly kind: "q8"; readonly n: number; readonly k: number; readonly values: Place; readonly scales: Place };

/** The initializers' bytes: values, scales. */
export type Requantized = readonly [values: Uint8Array<ArrayBuffer>, scales: Uint8Array<ArrayBuffer>];

/** Weights quantized at a time, as in a conversion. */
const CHUNK = 2 ** 21;
/** Inputs turned at a time: so many lines of the stored matrix stay in the processor's cache. */
const TURNED = 16;

/**
 * A stored matrix at fewer bits, symmetric, by the converter's own quantizer. The stored matrix is held whole
 * meanwhile. Undefined where a number is not finite or a scale is too large for float16.
 */
export async function requantized(matrix: StoredMatrix, bits: 4 | 8): Promise<Requantized | undefined> {
  const { n, k } = matrix;
  const blocks = k / BLOCK_SIZE;
  const values = new Uint8Array((n * k * bits) / 8);
  const scales = new Uint8Array(2 * n * blocks);
  const rowsOf = await (matrix.kind === "q8" ? dequantizedRows(matrix) : turnedRows(matrix));
  const atOnce = Math.max(1, Math.floor(CHUNK / k));
  for (let row = 0; row < n; row += atOnce) {
    const packed = quantizeFast(rowsOf(row, Math.min(n, row + atOnce)), k, { bits, symmetric: true, scaleType: "float16" });
    if (typeof packed === "number") return undefined;
    values.set(packed.values, (row * k * bits) / 8);
    scales.set(packed.scales, 2 * row * blocks);
  }
  return new Uint16Array(scales.buffer).some((half) => (half & 0x7fff) === 0x7c00) ? undefined : [values, scales];
}

type RowsOf = (first: number, last: number) => StoredNumbers;

/** Rows of the [n, k] matrix that is stored as [k, n]. */
async function turnedRows({ kind, n, k, numbers }: StoredMatrix & { kind: "float32" | "float16" }): Promise<RowsOf> {
  const isHalf = kind === "float16";
  const { buffer } = await bytesOf(numbers.file, numbers.offset, numbers.offset + n * k * (isHalf ? 2 : 4));
  // Bits, not numbers: they are only moved.
  const stored = isHalf ? new Uint16Array(buffer) : new Uint32Array(buffer);
  return (first, last) => {
    const rows = isHalf ? new Uint16Array((last - first) * k) : new Uint32Array((last - first) * k);
    for (let begin = 0; begin < k; begin += TURNED) {
      for (let row = first; row < last; row++) {
        const to = (row - first) * k;
        for (let i = begin; i < begin + TURNED; i++) rows[to + i] = stored[i * n + row] ?? 0;
      }
    }
    return { dtype: isHalf ? "F16" : "F32", bytes: new Uint8Array(rows.buffer) };
  };
}

/** Rows of 8 bits as the numbers they stand for, which float32 has exactly. */
async function dequantizedRows({ n, k, values, scales }: StoredMatrix & { kind: "q8" }): Promise<RowsOf> {
  const blocks = k / BLOCK_SIZE;
  const stored = await bytesOf(values.file, values.offset, values.offset + n * k);
  const halves = await bytesOf(scales.file, scales.offset, scales.offset + 2 * n * blocks);
  const scaleOf = fromFloat16(new Uint16Array(halves.buffer));
  return (first, last) => {
    const rows = new Float32Array((last - first) * k);
    for (let block = first * blocks, to = 0; block < last * blocks; block++) {
      const scale = scaleOf[block] ?? 0;
      const from = block * BLOCK_SIZE;
      for (let i = from; i < from + BLOCK_SIZE; i++) rows[to++] = ((stored[i] ?? 0) - 128) * scale;
    }
    return storedFloats(rows);
  };
}
