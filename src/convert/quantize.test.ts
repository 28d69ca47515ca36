import { describe, expect, it } from "vitest";
import { roundToFloat16 } from "../shared/float16.ts";
import { blocksOf, dequantizeRows, type NbitsOptions, quantizeRows } from "./quantize.ts";

/** Weights like a network's: normal, from a fixed seed. */
function normal(count: number, seed = 1): Float32Array<ArrayBuffer> {
  let state = seed;
  const uniform = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state + 0.5) / 2 ** 32;
  };
  return Float32Array.from({ length: count }, () => 0.02 * Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform()));
}

function relativeError(weights: Float32Array, k: number, options: NbitsOptions): number {
  const restored = dequantizeRows(quantizeRows(weights, k, options), weights.length / k, k, options.bits);
  return Math.sqrt(
    restored.reduce((sum, value, i) => sum + (value - (weights[i] ?? 0)) ** 2, 0) / weights.reduce((sum, value) => sum + value ** 2, 0),
  );
}

/** onnxruntime's own 4-bit scale: the weight furthest from zero lands on -8. */
function signedMaximumError(weights: Float32Array): number {
  let error = 0;
  for (let at = 0; at < weights.length; at += 32) {
    const block = weights.subarray(at, at + 32);
    const furthest = block.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a), 0);
    const scale = furthest / -8;
    for (const weight of block) error += (Math.min(7, Math.max(-8, Math.round(weight / scale))) * scale - weight) ** 2;
  }
  return Math.sqrt(error / weights.reduce((sum, value) => sum + value ** 2, 0));
}

describe("MatMulNBits quantization", () => {
  const weights = normal(64 * 256);

  it("beats onnxruntime's 4-bit scale on normal weights, and more so with zero points", () => {
    const theirs = signedMaximumError(weights);
    const symmetric = relativeError(weights, 256, { bits: 4, symmetric: true, scaleType: "float32" });
    const asymmetric = relativeError(weights, 256, { bits: 4, symmetric: false, scaleType: "float32" });
    expect(symmetric).toBeLessThan(0.96 * theirs);
    expect(asymmetric).toBeLessThan(0.97 * symmetric);
  });

  it("keeps 8 bits within 0.6 % and gains nothing or more from zero points", () => {
    const symmetric = relativeError(weights, 256, { bits: 8, symmetric: true, scaleType: "float32" });
    expect(symmetric).toBeLessThan(0.006);
    expect(relativeError(weights, 256, { bits: 8, symmetric: false, scaleType: "float32" })).toBeLessThanOrEqual(symmetric);
  });

  it.each([4, 8] as const)("returns %s-bit integers times a scale exactly, of either sign", (bits) => {
    const top = 2 ** (bits - 1);
    for (const sign of [1, -1]) {
      // Both ends of the range, then what lies between.
      const integer = (i: number): number => (i === 0 ? -top : i === 1 ? top - 1 : ((i * 7) % (2 * top)) - top);
      const exact = Float32Array.from({ length: 64 }, (_, i) => (sign * integer(i % 32)) / 8 + 0);
      for (const symmetric of [true, false]) {
        const options = { bits, symmetric, scaleType: "float16" } as const;
        // + 0: a negative scale times 0 is -0.
        expect(dequantizeRows(quantizeRows(exact, 64, options), 1, 64, bits).map((x) => x + 0)).toEqual(exact);
      }
    }
  });

  it("lays values, scales and zero points out as the operator reads them", () => {
    // Two rows of two blocks; the second block of each has 8 weights and 24 of padding.
    const rows = normal(2 * 40);
    const { values, scales, zeroPoints } = quantizeRows(rows, 40, { bits: 4, symmetric: false, scaleType: "float32" });
    expect([blocksOf(40), values.length, scales.length, zeroPoints?.length]).toEqual([2, 2 * 2 * 16, 4, 2]);
    const zero = (zeroPoints?.[0] ?? 0) & 15;
    expect(((values[0] ?? 0) & 15) - zero).toBe(Math.round((rows[0] ?? 0) / (scales[0] ?? 1)));
    expect(((values[0] ?? 0) >> 4) - zero).toBe(Math.round((rows[1] ?? 0) / (scales[0] ?? 1)));
    // Padding is the zero point.
    const second = (zeroPoints?.[0] ?? 0) >> 4;
    expect([...values.subarray(16 + 4, 32)]).toEqual(new Array(12).fill(second | (second << 4)));
  });

  it("quantizes against the scale that is stored", () => {
    const { scales } = quantizeRows(weights, 256, { bits: 4, symmetric: true, scaleType: "float16" });
    expect(scales.every((scale) => scale === roundToFloat16(scale))).toBe(true);
    const rounded = relativeError(weights, 256, { bits: 4, symmetric: true, scaleType: "float16" });
    expect(rounded).toBeLessThan(1.002 * relativeError(weights, 256, { bits: 4, symmetric: true, scaleType: "float32" }));
  });

  it.each([true, false])("keeps blocks of zeros and of numbers too small for a float16 scale finite (symmetric: %s)", (symmetric) => {
    for (const value of [0, 1e-12]) {
      const options = { bits: 4, symmetric, scaleType: "float16" } as const;
      expect(dequantizeRows(quantizeRows(new Float32Array(32).fill(value), 32, options), 1, 32, 4)).toEqual(new Float32Array(32));
    }
  });
});
