import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { PIECE } from "../shared/pieces-blob.ts";
import { StoredBlob } from "./stored-blob.ts";

const bound = fc.option(fc.integer({ min: -400, max: 400 }), { nil: undefined });

async function read(stream: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  return new Uint8Array(await new Response(stream as ReadableStream<Uint8Array<ArrayBuffer>>).arrayBuffer());
}

test("any slice of a stored blob is the source's, read whole or as a stream", async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), bound, bound, async (content, start, end) => {
      const source = new Blob([content.slice()]);
      const [slice, wanted] = [new StoredBlob(source).slice(start, end), source.slice(start, end)];
      const bytes = new Uint8Array(await wanted.arrayBuffer());
      expect(slice.size).toBe(wanted.size);
      expect(new Uint8Array(await slice.arrayBuffer())).toEqual(bytes);
      expect(await read(slice.stream())).toEqual(bytes);
      expect(new Uint8Array(await slice.slice(1, -1).arrayBuffer())).toEqual(new Uint8Array(await wanted.slice(1, -1).arrayBuffer()));
    }),
    { numRuns: 200 },
  );
});

test("it is read in pieces, and the source is never streamed", async () => {
  const source = new Blob([new Uint8Array(2 * PIECE + 5).fill(7)]);
  const streamed = vi.spyOn(Blob.prototype, "stream");
  let most = 0;
  const slice = source.slice.bind(source);
  source.slice = (start = 0, end = source.size, type) => {
    most = Math.max(most, end - start);
    return slice(start, end, type);
  };
  let length = 0;
  const reader = new StoredBlob(source).stream().getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) length += next.value.length;
  expect(length).toBe(source.size);
  expect(most).toBe(PIECE);
  expect(streamed).not.toHaveBeenCalled();
  // What onnxruntime-web asks for first; refused, it falls back to the plain reader.
  expect(() => new StoredBlob(source).stream().getReader({ mode: "byob" })).toThrow(TypeError);
  streamed.mockRestore();
});
