import fc from "fast-check";
import { expect, test } from "vitest";
import { expectSameBlob, readStream, watchSlices } from "../../fixtures/same-blob.ts";
import { fromFloat16 } from "../shared/float16.ts";
import { widenedBlob } from "./widened-blob.ts";

/** A file of half precision numbers, spans of it in any order, and bounds of a slice. */
const cases = fc.record({
  halves: fc.uint16Array({ minLength: 1, maxLength: 300 }).map((halves) => halves.map(finite)),
  cuts: fc.array(fc.tuple(fc.nat(299), fc.nat(60)), { maxLength: 6 }),
  start: fc.integer({ min: -700, max: 700 }),
  end: fc.option(fc.integer({ min: -700, max: 700 }), { nil: undefined }),
});

/** Without the many patterns of NaN, of which no two engines promise to keep the same. */
function finite(half: number): number {
  return (half & 0x7c00) === 0x7c00 ? half & 0xfc00 : half;
}

test("any slice of a widened blob is that of the numbers widened at once, read whole or as a stream", async () => {
  await fc.assert(
    fc.asyncProperty(cases, async ({ halves, cuts, start, end }) => {
      const spans = cuts
        .filter(([first]) => first < halves.length)
        .map(([first, count]) => ({ offset: 2 * first, length: 2 * Math.min(count, halves.length - first) }));
      const widened = spans.flatMap(({ offset, length }) => [...fromFloat16(halves.slice(offset / 2, (offset + length) / 2))]);
      const expected = new Blob([Float32Array.from(widened)]);
      const blob = widenedBlob(new Blob([halves.slice()]), spans);
      expect(blob.size).toBe(expected.size);
      await expectSameBlob(blob.slice(start, end), expected.slice(start, end));
    }),
    { numRuns: 200 },
  );
});

test("a span longer than a piece is widened piece by piece, and only what is asked for is read", async () => {
  const halves = Uint16Array.from({ length: 3 * 2 ** 20 + 5 }, (_, i) => (i * 7) % 0x7c00);
  const source = new Blob([halves]);
  const reads = watchSlices(source);
  const blob = widenedBlob(source, [{ offset: 0, length: source.size }]);
  expect((await readStream(blob.stream())).length).toBe(2 * source.size);
  expect(Math.max(...reads.splice(0))).toBe(2 ** 21);
  const [value] = new Float32Array(await blob.slice(4 * (2 ** 20 - 1), 4 * 2 ** 20).arrayBuffer());
  expect(value).toBe(fromFloat16(halves.slice(2 ** 20 - 1, 2 ** 20))[0]);
  expect(Math.max(...reads.splice(0))).toBe(2);
});

test("a file that is too short is an error, not numbers", async () => {
  const blob = widenedBlob(new Blob([new Uint8Array(7)]), [{ offset: 0, length: 8 }]);
  await expect(blob.arrayBuffer()).rejects.toThrow();
  await expect(readStream(blob.stream())).rejects.toThrow();
});
