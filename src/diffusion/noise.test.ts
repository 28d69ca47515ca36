import { expect, test } from "vitest";
import cases from "../../fixtures/cases/torch_randn.json" with { type: "json" };
import { sizeOf } from "../shared/tensor.ts";
import { TorchGenerator } from "./noise.ts";

// 1e-6: torch's vectorized log, sin and cos differ from ours in the last bits of float32.
test.each(cases)("draws of seed $seed equal torch's", ({ seed, draws }) => {
  const generator = new TorchGenerator(seed);
  for (const { shape, first, last, sum } of draws) {
    const drawn = generator.randn(sizeOf(shape));
    expect(largestError(drawn.subarray(0, first.length), first)).toBeLessThanOrEqual(1e-6);
    expect(largestError(drawn.subarray(drawn.length - last.length), last)).toBeLessThanOrEqual(1e-6);
    // The sum also covers the middle; a few times the rounding of this many float32 numbers.
    expect(Math.abs(drawn.reduce((a, b) => a + b, 0) - sum)).toBeLessThanOrEqual(1e-7 * drawn.length + 1e-5);
  }
});

function largestError(drawn: Float32Array, expected: readonly number[]): number {
  return Math.max(...expected.map((value, i) => Math.abs((drawn[i] ?? Number.NaN) - value)));
}
