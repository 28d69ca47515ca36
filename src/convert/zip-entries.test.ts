import { makeZip } from "client-zip";
import fc from "fast-check";
import { expect, test } from "vitest";
import { CascadeError } from "../shared/errors.ts";
import { zipEntries } from "./zip-entries.ts";

const contents = new Map([
  ["model/cascade.json", new TextEncoder().encode("{}")],
  ["model/stage-c.onnx", Uint8Array.from({ length: 5000 }, (_, i) => i)],
  ["model/empty.onnx.data", new Uint8Array()],
]);
const bytes = async (): Promise<Uint8Array<ArrayBuffer>> =>
  new Uint8Array(await new Response(makeZip([...contents].map(([name, input]) => ({ name, input, size: input.length })))).arrayBuffer());
const zipOf = (content: Uint8Array<ArrayBuffer>): File => new File([content], "model.zip", { lastModified: 7 });

test("the files of an uncompressed zip are parts of it", async () => {
  const entries = await zipEntries(zipOf(await bytes()));
  expect(entries.map(({ path }) => path)).toEqual([...contents.keys()]);
  for (const { path, file } of entries) {
    expect(file.name).toBe(path.split("/")[1]);
    expect(new Uint8Array(await file.arrayBuffer())).toEqual(contents.get(path));
  }
});

test("the long numbers of large zips are read", async () => {
  // A 64-bit end record before the plain one, as zips beyond 4 GB have.
  const plain = await bytes();
  const end = new DataView(plain.buffer, plain.length - 22);
  const long = new DataView(new ArrayBuffer(56 + 20));
  long.setUint32(0, 0x06064b50, true);
  long.setBigUint64(32, BigInt(end.getUint16(10, true)), true);
  long.setBigUint64(40, BigInt(end.getUint32(12, true)), true);
  long.setBigUint64(48, BigInt(end.getUint32(16, true)), true);
  long.setUint32(56, 0x07064b50, true);
  long.setBigUint64(64, BigInt(plain.length - 22), true);
  end.setUint32(16, 0xffffffff, true);
  const large = new Uint8Array([...plain.slice(0, -22), ...new Uint8Array(long.buffer), ...plain.slice(-22)]);
  expect((await zipEntries(zipOf(large))).map(({ file }) => file.size)).toEqual([2, 5000, 0]);
});

test("a compressed one is refused with what to do", async () => {
  const zip = await bytes();
  const view = new DataView(zip.buffer);
  const directory = view.getUint32(zip.length - 6, true);
  view.setUint16(directory + 10, 8, true);
  await expect(zipEntries(zipOf(zip))).rejects.toThrow("cascade.json in it is compressed: unpack it");
});

test("whatever is changed or cut, it is refused or read, and no part lies outside", async () => {
  const zip = await bytes();
  const change = fc.record({ at: fc.nat(zip.length - 1), value: fc.integer({ min: 0, max: 255 }) });
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 6 }), fc.nat(zip.length), async (changes, length) => {
      const mutated = zip.slice();
      // Nearer the end, where the list is.
      for (const { at, value } of changes) mutated[Math.max(0, zip.length - 1 - (at % 300))] = value;
      for (const candidate of [mutated, zip.slice(0, length)]) {
        try {
          for (const { file } of await zipEntries(zipOf(candidate))) expect(file.size).toBeLessThanOrEqual(candidate.length);
        } catch (error) {
          expect(error).toBeInstanceOf(CascadeError);
        }
      }
    }),
    { numRuns: 300 },
  );
});
