import fc from "fast-check";
import { expect, test } from "vitest";
import { PIECE, SpansBlob, spanOf } from "./spans-blob.ts";

/** Spans with gaps between them, and bounds of a slice. */
const cases = fc.record({
  spans: fc.array(fc.record({ gap: fc.nat(9), bytes: fc.uint8Array({ maxLength: 40 }), from: fc.nat(5) }), { maxLength: 6 }),
  start: fc.integer({ min: -300, max: 300 }),
  end: fc.option(fc.integer({ min: -300, max: 300 }), { nil: undefined }),
});

test("any slice is that of the file the spans describe, with zeros between them, read whole or as a stream", async () => {
  await fc.assert(
    fc.asyncProperty(cases, async ({ spans: described, start, end }) => {
      const whole: number[] = [];
      const spans = described.map(({ gap, bytes, from }) => {
        whole.push(...new Uint8Array(gap), ...bytes);
        return spanOf(new Blob([new Uint8Array(from), bytes.slice(), "behind"]), from, bytes.length, whole.length - bytes.length);
      });
      const expected = new Blob([Uint8Array.from(whole)]);
      const blob = new SpansBlob(spans);
      expect(blob.size).toBe(expected.size);
      const slice = blob.slice(start, end);
      const bytes = new Uint8Array(await expected.slice(start, end).arrayBuffer());
      expect(slice.size).toBe(bytes.length);
      expect(await slice.bytes()).toEqual(bytes);
      expect(new Uint8Array(await new Response(slice.stream()).arrayBuffer())).toEqual(bytes);
    }),
    { numRuns: 200 },
  );
});

test("a long span is read piece by piece, only as far as is asked", async () => {
  const asked: [number, number][] = [];
  const length = 2 * PIECE + 3;
  const read = async (begin: number, end: number) => {
    asked.push([begin, end]);
    return new Uint8Array(end - begin).fill(7);
  };
  const blob = new SpansBlob([{ offset: 5, length, read }]);
  const all = await blob.bytes();
  expect([all.length, all[4], all[5], all.at(-1)]).toEqual([length + 5, 0, 7, 7]);
  expect(asked).toEqual([
    [0, PIECE],
    [PIECE, 2 * PIECE],
    [2 * PIECE, length],
  ]);
  asked.length = 0;
  await blob.slice(0, 5).bytes();
  await blob.slice(6, 8).bytes();
  expect(asked).toEqual([[1, 3]]);
});

test("a file that is too short is an error, not zeros", async () => {
  await expect(new SpansBlob([spanOf(new Blob(["abc"]), 1, 3, 0)]).bytes()).rejects.toThrow(/byte 4/);
});
