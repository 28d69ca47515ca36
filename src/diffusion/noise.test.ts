import fc from "fast-check";
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

// The stages of a picture share one generator: where one stops drawing, the next goes on.
test("draws of whole blocks are the same in one tensor or several, and a seed has 32 bits", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.array(fc.integer({ min: 1, max: 8 }), { maxLength: 5 }), (seed, blocks) => {
      const generator = new TorchGenerator(seed);
      const parts = blocks.map((count) => generator.randn(16 * count));
      const whole = new TorchGenerator(seed + 2 ** 32).randn(16 * blocks.reduce((a, b) => a + b, 0));
      expect(parts.flatMap((part) => [...part])).toEqual([...whole]);
    }),
  );
});

test("short draws keep their pairs across longer ones between them", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), (seed) => {
      const generator = new TorchGenerator(seed);
      const [pair, one] = [new TorchGenerator(seed).randn(2), generator.randn(1)];
      generator.randn(16);
      expect([one[0], generator.randn(1)[0]]).toEqual([...pair]);
    }),
  );
});

function largestError(drawn: Float32Array, expected: readonly number[]): number {
  return Math.max(...expected.map((value, i) => Math.abs((drawn[i] ?? Number.NaN) - value)));
}
