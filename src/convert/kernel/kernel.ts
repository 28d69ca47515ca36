import { blocksOf, type NbitsOptions } from "../quantize.ts";
import { KERNEL } from "./kernel-wasm.ts";

/** What quantize.as exports; addresses are bytes in `memory`. */
interface Exports {
  readonly memory: WebAssembly.Memory;
  free(): number;
  widen(from: number, to: number, count: number): void;
  notFinite(from: number, count: number): number;
  quantize(weights: number, rows: number, k: number, bits: number, half: number, values: number, scales: number, zeros: number): void;
}

/** Initializers' bytes of some rows, as they are stored. */
export interface PackedRows {
  readonly values: Uint8Array<ArrayBuffer>;
  readonly scales: Uint8Array<ArrayBuffer>;
  readonly zeroPoints?: Uint8Array<ArrayBuffer>;
}

let loaded: Exports | undefined;

/** 2 kB compile in a millisecond, so nothing waits for it (pages forbid this above some megabytes, workers don't). */
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
  return ["memory", "free", "widen", "notFinite", "quantize"].every((name) => name in exports);
}

/** Makes room for `bytes` behind what the kernel needs itself; returns the first of them. */
function reserve({ memory, free }: Exports, bytes: number): number {
  const start = free();
  const lacking = start + bytes - memory.buffer.byteLength;
  if (lacking > 0) memory.grow(Math.ceil(lacking / 2 ** 16));
  return start;
}

const aligned = (bytes: number): number => Math.ceil(bytes / 16) * 16;

/** `fromBfloat16`, eight at a time. */
export function widenBfloat16(halves: Uint16Array): Float32Array<ArrayBuffer> {
  const { length } = halves;
  const module = kernel();
  const from = reserve(module, aligned(2 * length) + aligned(4 * length) + 64);
  const to = from + aligned(2 * length);
  new Uint16Array(module.memory.buffer, from, length).set(halves);
  module.widen(from, to, length);
  return new Float32Array(module.memory.buffer.slice(to, to + 4 * length));
}

/** First element that is not finite; -1 where all are. */
export function firstNotFinite(values: Float32Array): number {
  const module = kernel();
  const start = reserve(module, aligned(4 * values.length));
  new Float32Array(module.memory.buffer, start, values.length).set(values);
  return module.notFinite(start, values.length);
}

/** `quantizeRows`, number for number, for finite rows whose length is a multiple of 32. */
export function quantizeFast(weights: Float32Array, k: number, { bits, symmetric, scaleType }: NbitsOptions): PackedRows {
  const rows = weights.length / k;
  const blocks = rows * blocksOf(k);
  const valueBytes = (weights.length * bits) / 8;
  const scaleBytes = blocks * (scaleType === "float16" ? 2 : 4);
  const zeroBytes = symmetric ? 0 : rows * Math.ceil((blocksOf(k) * bits) / 8);
  const module = kernel();
  const start = reserve(module, aligned(4 * weights.length) + aligned(valueBytes) + aligned(scaleBytes) + zeroBytes);
  const values = start + aligned(4 * weights.length);
  const scales = values + aligned(valueBytes);
  const zeros = scales + aligned(scaleBytes);
  const { buffer } = module.memory;
  new Float32Array(buffer, start, weights.length).set(weights);
  module.quantize(start, rows, k, bits, scaleType === "float16" ? 1 : 0, values, scales, symmetric ? 0 : zeros);
  const taken = (at: number, length: number) => new Uint8Array(buffer.slice(at, at + length));
  return {
    values: taken(values, valueBytes),
    scales: taken(scales, scaleBytes),
    ...(!symmetric && { zeroPoints: taken(zeros, zeroBytes) }),
  };
}
