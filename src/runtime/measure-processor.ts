import type { ProcessorMeasure } from "./device-measure.ts";

const SIDE = 192;
/** Milliseconds of products that are enough to tell a speed. */
const ENOUGH = 150;
/** The runtime's SIMD kernels against the loop below, which has none, on one thread (docs/figures.md). */
const SIMD_FACTOR = 8;
/** The runtime takes no more threads than this, whatever the processor has. */
const MOST_THREADS = 8;

/** Measures products of float32 matrices on this thread, and reckons the runtime's threads and SIMD from it. */
export async function measureProcessor(): Promise<ProcessorMeasure> {
  const [a, b] = [0, 1].map(() => Float32Array.from({ length: SIDE * SIDE }, () => Math.random()));
  const product = new Float32Array(SIDE * SIDE);
  if (a === undefined || b === undefined) throw new Error("no matrices");
  multiply(a, b, product); // compiled from here on
  let count = 0;
  const started = performance.now();
  let milliseconds = 0;
  while (milliseconds < ENOUGH) {
    multiply(a, b, product);
    count++;
    milliseconds = performance.now() - started;
  }
  const threads = globalThis.crossOriginIsolated === true ? Math.min(MOST_THREADS, navigator.hardwareConcurrency) : 1;
  return { threads, gflops: ((2 * SIDE ** 3 * count) / (milliseconds * 1e6)) * SIMD_FACTOR * threads };
}

function multiply(a: Float32Array, b: Float32Array, product: Float32Array): void {
  product.fill(0);
  for (let i = 0; i < SIDE; i++) {
    for (let k = 0; k < SIDE; k++) {
      const factor = a[i * SIDE + k] ?? 0;
      for (let j = 0; j < SIDE; j++) product[i * SIDE + j] = (product[i * SIDE + j] ?? 0) + factor * (b[k * SIDE + j] ?? 0);
    }
  }
}
