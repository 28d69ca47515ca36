import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromBfloat16, fromFloat16, fromFloat16Bits, roundToFloat16, toFloat16, toFloat16Bits } from "./float16.ts";

describe("float16", () => {
  it("returns every half precision pattern unchanged through float32", () => {
    const halves = Uint16Array.from({ length: 65536 }, (_, i) => i).filter((half) => (half & 0x7c00) !== 0x7c00 || (half & 0x3ff) === 0);
    expect(toFloat16(fromFloat16(halves))).toEqual(halves);
  });

  it("rounds to the nearest half, ties to even", () => {
    expect(toFloat16Bits(1 + 2 ** -11)).toBe(0x3c00);
    expect(toFloat16Bits(1 + 3 * 2 ** -11)).toBe(0x3c02);
    expect(toFloat16Bits(65519)).toBe(0x7bff);
    expect(toFloat16Bits(65520)).toBe(0x7c00);
    expect(toFloat16Bits(2 ** -25)).toBe(0);
    expect(toFloat16Bits(3 * 2 ** -25)).toBe(2);
    expect(toFloat16Bits(-0)).toBe(0x8000);
    expect(Number.isNaN(fromFloat16Bits(toFloat16Bits(Number.NaN)))).toBe(true);
  });

  it("is never further from a value than its neighbours are", () => {
    fc.assert(
      fc.property(fc.float({ min: -65000, max: 65000, noNaN: true }), (value) => {
        const half = toFloat16Bits(value);
        const error = Math.abs(roundToFloat16(value) - value);
        for (const neighbour of [half - 1, half + 1]) {
          const other = fromFloat16Bits(neighbour & 0xffff);
          if (Number.isFinite(other)) expect(Math.abs(other - value)).toBeGreaterThanOrEqual(error);
        }
        expect(toFloat16(Float32Array.of(value))[0]).toBe(half);
      }),
    );
  });

  it("widens bfloat16 exactly", () => {
    expect([...fromBfloat16(Uint16Array.of(0x3f80, 0xc049, 0x7f80, 0x0001))]).toEqual([1, -3.140625, Number.POSITIVE_INFINITY, 2 ** -133]);
  });
});
