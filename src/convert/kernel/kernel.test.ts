import fc from "fast-check";
import { expect, test } from "vitest";
import { fromBfloat16, fromFloat16, toFloat16 } from "../../shared/float16.ts";
import { quantizeRows } from "../quantize.ts";
import { firstNotFinite, quantizeFast, type StoredNumbers, widen } from "./kernel.ts";

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array<ArrayBuffer> | Uint16Array<ArrayBuffer>) =>
  new Uint8Array(buffer.slice(byteOffset, byteOffset + byteLength));
const stored = (dtype: StoredNumbers["dtype"], numbers: Float32Array<ArrayBuffer> | Uint16Array<ArrayBuffer>): StoredNumbers => ({
  dtype,
  bytes: bytesOf(numbers),
});
const float = fc.float({ noNaN: true, noDefaultInfinity: true });
const weight = fc.oneof(
  float,
  fc.float({ min: -1, max: 1, noNaN: true }),
  fc.integer({ min: -16, max: 16 }).map((x) => x / 8),
  fc.constantFrom(0, -0, 1e-8, -1e-8, 6e-5, 65504, 1e-30, 1e30, 3e38, -3e38),
);

test.each([
  [4, true],
  [4, false],
  [8, true],
  [8, false],
] as const)("quantizes as the definition does: %i bits, symmetric %s", (bits, symmetric) => {
  const blocks = fc.array(fc.array(weight, { minLength: 32, maxLength: 32 }), { minLength: 3, maxLength: 3 });
  fc.assert(
    fc.property(
      fc.array(blocks, { minLength: 1, maxLength: 3 }),
      fc.constantFrom("float16" as const, "float32" as const),
      (rows, scaleType) => {
        const weights = Float32Array.from(rows.flat(2));
        const defined = quantizeRows(weights, 96, { bits, symmetric, scaleType });
        const fast = quantizeFast(stored("F32", weights), 96, { bits, symmetric, scaleType });
        if (typeof fast === "number") throw new Error(`element ${fast} is not finite`);
        expect(fast.values).toEqual(defined.values);
        expect(fast.scales).toEqual(bytesOf(scaleType === "float16" ? toFloat16(defined.scales) : defined.scales));
        expect(fast.zeroPoints).toEqual(defined.zeroPoints);
      },
    ),
    { numRuns: 300 },
  );
});

test.each([
  ["BF16", fromBfloat16],
  ["F16", fromFloat16],
] as const)("widens and quantizes every %s, whatever their number", (dtype, definition) => {
  const all = Uint16Array.from({ length: 65536 }, (_, i) => i);
  expect(widen(stored(dtype, all))).toEqual(definition(all)); // the bits of NaN are free
  for (const length of [0, 1, 7, 9]) {
    const some = all.subarray(15361, 15361 + length);
    expect(widen(stored(dtype, some))).toEqual(definition(some));
  }
  const finite = all.filter((half) => Number.isFinite(definition(Uint16Array.of(half))[0])).subarray(0, 2048);
  const options = { bits: 4, symmetric: true, scaleType: "float32" } as const;
  expect(quantizeFast(stored(dtype, finite), 64, options)).toEqual(quantizeFast(stored("F32", definition(finite)), 64, options));
});

test("names a block with a number that is not finite", () => {
  for (const bad of [Number.NaN, -Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
    for (const i of [0, 31, 32, 100]) {
      const weights = new Float32Array(128).fill(3e38).with(i, bad);
      expect(quantizeFast(stored("F32", weights), 64, { bits: 4, symmetric: true, scaleType: "float16" })).toBe(32 * Math.floor(i / 32));
    }
  }
});

test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])("finds %d wherever it stands", (bad) => {
  for (const length of [1, 6, 33]) {
    const values = new Float32Array(length).fill(3e38);
    expect(firstNotFinite(values)).toBe(-1);
    for (let i = 0; i < length; i++) expect(firstNotFinite(values.with(i, bad))).toBe(i);
  }
});
