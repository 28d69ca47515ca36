import { blocksOf, type NbitsOptions } from "../quantize.ts";
import { KERNEL } from "./kernel-wasm.ts";

/** What quantize.as exports; addresses are bytes in `memory`. */
interface Exports {
  readonly memory: WebAssembly.Memory;
  free(): number;
  widen(from: number, to: number, count: number): void;
  widenHalf(from: number, to: number, count: number): void;
  notFinite(from: number, count: number): number;
  quantize(
    weights: number,
    type: number,
    rows: number,
    k: number,
    bits: number,
    half: number,
    values: number,
    scales: number,
    zeros: number,
  ): number;
}

/** Numbers as a checkpoint has them, little-endian. */
export interface StoredNumbers {
  readonly dtype: keyof typeof STORED;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Float32 numbers as if a checkpoint had them; copied where the memory is shared. */
export function storedFloats(values: Float32Array): StoredNumbers {
  const { buffer, byteOffset, byteLength } = values;
  return {
    dtype: "F32",
    bytes: buffer instanceof ArrayBuffer ? new Uint8Array(buffer, byteOffset, byteLength) : new Uint8Array(values.slice().buffer),
  };
}

/** The kernel's number of a type, and its bytes. */
const STORED = { F32: { type: 0, size: 4 }, BF16: { type: 1, size: 2 }, F16: { type: 2, size: 2 } } as const;

/** Initializers' bytes of some rows, as they are stored. */
export interface PackedRows {
  readonly values: Uint8Array<ArrayBuffer>;
  readonly scales: Uint8Array<ArrayBuffer>;
  readonly zeroPoints?: Uint8Array<ArrayBuffer>;
}

let loaded: Exports | undefined;

/** 5 kB compile in a millisecond, so nothing waits for it (pages forbid this above some megabytes, workers don't). */
function kernel(): Exports {
  if (loaded) return loaded;
  const bytes = Uint8Array.from(atob(KERNEL), (character) => character.charCodeAt(0));
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), {
    env: {
      abort() {
        throw new Error("the quantizer's kernel stopped");
      },
    },
  });
  if (!isKernel(exports)) throw new Error("the quantizer's kernel lacks an export");
  loaded = exports;
  return exports;
}

function isKernel(exports: object): exports is Exports {
  return ["memory", "free", "widen", "widenHalf", "notFinite", "quantize"].every((name) => name in exports);
}

/** Makes room for `bytes` behind what the kernel needs itself; returns the first of them. */
function reserve({ memory, free }: Exports, bytes: number): number {
  const start = free();
  const lacking = start + bytes - memory.buffer.byteLength;
  if (lacking > 0) memory.grow(Math.ceil(lacking / 2 ** 16));
  return start;
}

const aligned = (bytes: number): number => Math.ceil(bytes / 16) * 16;

/** Stored numbers as float32 (exact). */
export function widen({ dtype, bytes }: StoredNumbers): Float32Array<ArrayBuffer> {
  const count = bytes.length / STORED[dtype].size;
  if (dtype === "F32")
    return bytes.byteOffset % 4 === 0 ? new Float32Array(bytes.buffer, bytes.byteOffset, count) : new Float32Array(bytes.slice().buffer);
  const module = kernel();
  // Eight at a time, so that up to seven follow.
  const from = reserve(module, aligned(bytes.length) + aligned(2 * bytes.length) + 32);
  const to = from + aligned(bytes.length);
  new Uint8Array(module.memory.buffer, from, bytes.length).set(bytes);
  (dtype === "F16" ? module.widenHalf : module.widen)(from, to, count);
  return new Float32Array(module.memory.buffer.slice(to, to + 4 * count));
}

/** First element that is not finite; -1 where all are. */
export function firstNotFinite(values: Float32Array): number {
  const module = kernel();
  const start = reserve(module, aligned(4 * values.length));
  new Float32Array(module.memory.buffer, start, values.length).set(values);
  return module.notFinite(start, values.length);
}

/**
 * `quantizeRows`, number for number, for rows of `k` stored weights (a multiple of 32). Where one is not finite, the first element of a block that has
 * one, instead.
 */
export function quantizeFast(weights: StoredNumbers, k: number, { bits, symmetric, scaleType }: NbitsOptions): PackedRows | number {
  const { bytes } = weights;
  const { type, size } = STORED[weights.dtype];
  const count = bytes.length / size;
  const rows = count / k;
  const blocks = rows * blocksOf(k);
  const valueBytes = (count * bits) / 8;
  const scaleBytes = blocks * (scaleType === "float16" ? 2 : 4);
  const zeroBytes = symmetric ? 0 : rows * Math.ceil((blocksOf(k) * bits) / 8);
  const module = kernel();
  const start = reserve(module, aligned(bytes.length) + aligned(valueBytes) + aligned(scaleBytes) + zeroBytes);
  const values = start + aligned(bytes.length);
  const scales = values + aligned(valueBytes);
  const zeros = scales + aligned(scaleBytes);
  const { buffer } = module.memory;
  new Uint8Array(buffer, start, bytes.length).set(bytes);
  const bad = module.quantize(start, type, rows, k, bits, scaleType === "float16" ? 1 : 0, values, scales, symmetric ? 0 : zeros);
  if (bad !== -1) return bad;
  const taken = (at: number, length: number) => new Uint8Array(buffer.slice(at, at + length));
  return {
    values: taken(values, valueBytes),
    scales: taken(scales, scaleBytes),
    ...(!symmetric && { zeroPoints: taken(zeros, zeroBytes) }),
  };
}
