import { threadsFor } from "../shared/threads.ts";
import type { ProcessorMeasure } from "./device-measure.ts";

const SIDE = 192;
/** Milliseconds of products that are enough to tell a speed. */
const ENOUGH = 150;
/** The runtime's SIMD kernels (28 GFLOP/s on one core, docs/figures.md) against the loop below, which has none (3.6 there). */
const SIMD_FACTOR = 8;

/** Measures products of float32 matrices on this thread, and reckons the runtime's threads and SIMD from it. */
export async function measureProcessor(): Promise<ProcessorMeasure> {
  const [a, b] = [0, 1].map(() => Float32Array.from({ length: SIDE * SIDE }, () => Math.random()));
  const product = new Float32Array(SIDE * SIDE);
  if (a === undefined || b === undefined) throw new Error("no matrices");
  const started = performance.now();
  // The fastest: others were compiled on the way, or had to share the core.
  let fastest = Number.POSITIVE_INFINITY;
  for (let before = started; before - started < ENOUGH; ) {
    multiply(a, b, product);
    const now = performance.now();
    fastest = Math.min(fastest, now - before);
    before = now;
  }
  const threads = globalThis.crossOriginIsolated === true ? threadsFor(navigator.hardwareConcurrency) : 1;
  return { threads, gflops: ((2 * SIDE ** 3) / (fastest * 1e6)) * SIMD_FACTOR * threads };
}

/** The product of `a` with the transpose of `b`, four numbers at a time, so that it is the multiplications that take the time. */
function multiply(a: Float32Array, b: Float32Array, product: Float32Array): void {
  for (let i = 0; i < SIDE; i += 2) {
    for (let j = 0; j < SIDE; j += 2) {
      let s00 = 0;
      let s01 = 0;
      let s10 = 0;
      let s11 = 0;
      for (let k = 0; k < SIDE; k++) {
        const a0 = a[i * SIDE + k] ?? 0;
        const a1 = a[(i + 1) * SIDE + k] ?? 0;
        const b0 = b[j * SIDE + k] ?? 0;
        const b1 = b[(j + 1) * SIDE + k] ?? 0;
        s00 += a0 * b0;
        s01 += a0 * b1;
        s10 += a1 * b0;
        s11 += a1 * b1;
      }
      product[i * SIDE + j] = s00;
      product[i * SIDE + j + 1] = s01;
      product[(i + 1) * SIDE + j] = s10;
      product[(i + 1) * SIDE + j + 1] = s11;
    }
  }
}
