import fc from "fast-check";
import { expect, test } from "vitest";
import { fromFloat16 } from "../shared/float16.ts";
import { WidenedBlob } from "./widened-blob.ts";

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

async function read(stream: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  return new Uint8Array(await new Response(stream as ReadableStream<Uint8Array<ArrayBuffer>>).arrayBuffer());
}

test("any slice of a widened blob is that of the numbers widened at once, read whole or as a stream", async () => {
  await fc.assert(
    fc.asyncProperty(cases, async ({ halves, cuts, start, end }) => {
      const spans = cuts
        .filter(([first]) => first < halves.length)
        .map(([first, count]) => ({ offset: 2 * first, length: 2 * Math.min(count, halves.length - first) }));
      const widened = spans.flatMap(({ offset, length }) => [...fromFloat16(halves.slice(offset / 2, (offset + length) / 2))]);
      const expected = new Blob([Float32Array.from(widened)]);
      const blob = new WidenedBlob(new Blob([halves.slice()]), spans);
      expect(blob.size).toBe(expected.size);
      const [slice, wanted] = [blob.slice(start, end), expected.slice(start, end)];
      const bytes = new Uint8Array(await wanted.arrayBuffer());
      expect(slice.size).toBe(wanted.size);
      expect(new Uint8Array(await slice.arrayBuffer())).toEqual(bytes);
      expect(await read(slice.stream())).toEqual(bytes);
      // A slice of a slice, as of any Blob.
      expect(new Uint8Array(await slice.slice(1, -1).arrayBuffer())).toEqual(new Uint8Array(await wanted.slice(1, -1).arrayBuffer()));
    }),
    { numRuns: 200 },
  );
});

test("a span longer than a piece is widened piece by piece, and only what is asked for is read", async () => {
  const halves = Uint16Array.from({ length: 3 * 2 ** 20 + 5 }, (_, i) => (i * 7) % 0x7c00);
  const source = new Blob([halves]);
  let most = 0;
  const slice = source.slice.bind(source);
  source.slice = (start = 0, end = source.size, type) => {
    most = Math.max(most, end - start);
    return slice(start, end, type);
  };
  const blob = new WidenedBlob(source, [{ offset: 0, length: source.size }]);
  expect((await read(blob.stream())).length).toBe(2 * source.size);
  expect(most).toBe(2 ** 21);
  most = 0;
  const [value] = new Float32Array(await blob.slice(4 * (2 ** 20 - 1), 4 * 2 ** 20).arrayBuffer());
  expect(value).toBe(fromFloat16(halves.slice(2 ** 20 - 1, 2 ** 20))[0]);
  expect(most).toBe(2);
});

test("a file that is too short is an error, not numbers", async () => {
  const blob = new WidenedBlob(new Blob([new Uint8Array(7)]), [{ offset: 0, length: 8 }]);
  await expect(blob.arrayBuffer()).rejects.toThrow();
  await expect(read(blob.stream())).rejects.toThrow();
});
