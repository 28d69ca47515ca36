import fc from "fast-check";
import { expect, test } from "vitest";
import { fromBfloat16, toFloat16 } from "../../shared/float16.ts";
import { quantizeRows } from "../quantize.ts";
import { firstNotFinite, quantizeFast, widenBfloat16 } from "./kernel.ts";

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array | Uint16Array) =>
  new Uint8Array(buffer.slice(byteOffset, byteOffset + byteLength));
const float = fc.float({ noNaN: true, noDefaultInfinity: true });
const weight = fc.oneof(float, fc.float({ min: -1, max: 1, noNaN: true }), fc.constantFrom(0, -0, 1e-8, -1e-8, 6e-5, 65504, 1e30));

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
        const fast = quantizeFast(weights, 96, { bits, symmetric, scaleType });
        expect(fast.values).toEqual(defined.values);
        expect(fast.scales).toEqual(bytesOf(scaleType === "float16" ? toFloat16(defined.scales) : defined.scales));
        expect(fast.zeroPoints).toEqual(defined.zeroPoints);
      },
    ),
    { numRuns: 300 },
  );
});

test("widens every bfloat16, whatever their number", () => {
  const all = Uint16Array.from({ length: 65536 }, (_, i) => i);
  expect(bytesOf(widenBfloat16(all))).toEqual(bytesOf(fromBfloat16(all)));
  for (const length of [0, 1, 7, 9])
    expect(bytesOf(widenBfloat16(all.subarray(3, 3 + length)))).toEqual(bytesOf(fromBfloat16(all.subarray(3, 3 + length))));
});

test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])("finds %d wherever it stands", (bad) => {
  for (const length of [1, 6, 33]) {
    const values = new Float32Array(length).fill(3e38);
    expect(firstNotFinite(values)).toBe(-1);
    for (let i = 0; i < length; i++) expect(firstNotFinite(values.with(i, bad))).toBe(i);
  }
});
