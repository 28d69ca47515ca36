import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { expectSameBlob, watchSlices } from "../../fixtures/same-blob.ts";
import { PIECE } from "../shared/spans-blob.ts";
import { storedBlob } from "./stored-blob.ts";

const bound = fc.option(fc.integer({ min: -400, max: 400 }), { nil: undefined });

test("any slice of a stored blob is the source's, read whole or as a stream", async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), bound, bound, async (content, start, end) => {
      const source = new Blob([content.slice()]);
      await expectSameBlob(storedBlob(source).slice(start, end), source.slice(start, end));
    }),
    { numRuns: 200 },
  );
});

test("it is read in pieces, and the source is never streamed", async () => {
  const source = new Blob([new Uint8Array(2 * PIECE + 5).fill(7)]);
  const streamed = vi.spyOn(Blob.prototype, "stream");
  const reads = watchSlices(source);
  let length = 0;
  const reader = storedBlob(source).stream().getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) length += next.value.length;
  expect(length).toBe(source.size);
  expect(Math.max(...reads.splice(0))).toBe(PIECE);
  expect(streamed).not.toHaveBeenCalled();
  // What onnxruntime-web asks for first; refused, it falls back to the plain reader.
  expect(() => storedBlob(source).stream().getReader({ mode: "byob" })).toThrow(TypeError);
  streamed.mockRestore();
});
