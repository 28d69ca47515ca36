import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CascadeError, messageOf } from "../shared/errors.ts";
import { blobSource } from "./byte-source.ts";
import { widen } from "./kernel/kernel.ts";
import { openSafetensors } from "./safetensors.ts";

/** A file of a header (text, or an object written as JSON) and `dataBytes` zeros. */
function file(header: unknown, dataBytes = 0, name = "model.safetensors") {
  const json = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + json.length + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  return blobSource(new Blob([bytes]), name);
}

const tensor = (begin: number, end: number, shape: unknown = [(end - begin) / 4], dtype: unknown = "F32") => ({
  dtype,
  shape,
  data_offsets: [begin, end],
});

async function refusal(header: unknown, dataBytes = 0): Promise<string> {
  try {
    await openSafetensors(file(header, dataBytes));
  } catch (error) {
    expect(error).toBeInstanceOf(CascadeError);
    expect(error).toMatchObject({ code: "bad-checkpoint" });
    return messageOf(error);
  }
  throw new Error("the file was accepted");
}

describe("safetensors", () => {
  it("reads what the format allows: metadata, padding, scalars, empty tensors, any order of keys", async () => {
    const header = JSON.stringify({
      __metadata__: { format: "pt" },
      b: tensor(4, 12),
      scalar: tensor(0, 4, []),
      empty: tensor(12, 12, [0, 5]),
      steps: tensor(12, 20, [], "I64"),
    });
    const opened = await openSafetensors(file(`${header}     `, 20));
    expect([...opened.tensors.keys()].sort()).toEqual(["b", "empty", "scalar", "steps"]);
  });

  it("reads parts of tensors in all three types as float32", async () => {
    const header = new TextEncoder().encode(
      JSON.stringify({ a: tensor(0, 12), h: tensor(12, 16, [2], "F16"), b: tensor(16, 20, [2], "BF16"), i: tensor(20, 28, [1], "I64") }),
    );
    const data = new Uint8Array(28);
    data.set(new Uint8Array(Float32Array.of(1, 2, 3).buffer));
    data.set(new Uint8Array(Uint16Array.of(0x3c00, 0xc000).buffer), 12);
    data.set(new Uint8Array(Uint16Array.of(0x3f80, 0xc040).buffer), 16);
    const length = new Uint8Array(new BigUint64Array([BigInt(header.length)]).buffer);
    const opened = await openSafetensors(blobSource(new Blob([length, header, data]), "types.safetensors"));
    const read = async (key: string, first: number, count: number) => {
      const info = opened.tensors.get(key);
      return info ? [...widen(await opened.read(info, first, count))] : [];
    };
    expect(await read("a", 1, 2)).toEqual([2, 3]);
    expect(await read("h", 0, 2)).toEqual([1, -2]);
    expect(await read("b", 1, 1)).toEqual([-3]);
    await expect(read("i", 0, 1)).rejects.toThrow('types.safetensors: tensor "i" has type I64; F32, F16 or BF16 is needed.');
  });

  it.each([
    ["a header without a brace", ' {"a":1}', 0, "does not begin with a brace"],
    ["a header that is not JSON", "{not json", 0, "is not JSON"],
    ["an array", "[]", 0, "brace"],
    [
      "equal keys",
      '{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"\\u0061":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}',
      4,
      '"a" twice',
    ],
    ["equal fields", '{"a":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}}', 4, '"dtype" twice'],
    ["a hole", { a: tensor(0, 4), b: tensor(8, 12) }, 12, '"b" begins at byte 8, but the one before it ends at 4'],
    ["a hole at the start", { a: tensor(4, 8) }, 8, '"a" begins at byte 4'],
    ["an overlap", { a: tensor(0, 8), b: tensor(4, 12) }, 12, '"b" begins at byte 4, but the one before it ends at 8'],
    ["data cut short", { a: tensor(0, 8) }, 4, "need 8 bytes, but only 4 are there: the file is cut short"],
    ["bytes beyond the last tensor", { a: tensor(0, 8) }, 9, "1 bytes after the last tensor belong to nothing"],
    ["a span unlike the shape", { a: tensor(0, 8, [3]) }, 8, "shape [3] takes 12 bytes, but its offsets span 8"],
    ["an unknown type", { a: tensor(0, 8, [2], "F4") }, 8, 'unknown type "F4"'],
    ["a type of Object's own", { a: tensor(0, 8, [2], "constructor") }, 8, 'unknown type "constructor"'],
    ["a negative size", { a: tensor(0, 8, [-2]) }, 8, "impossible shape"],
    ["sizes whose product overflows", { a: tensor(0, 0, [2 ** 40, 2 ** 40, 0]) }, 0, "impossible shape"],
    ["offsets out of order", { a: tensor(8, 0, [2]) }, 8, "offsets span -8"],
    ["metadata that is no text", { __metadata__: { a: 1 } }, 0, "__metadata__"],
  ])("refuses %s", async (_, header, dataBytes, what) => {
    expect(await refusal(header, dataBytes)).toMatch(/^model\.safetensors is not a valid safetensors file: .*\.$/);
    expect(await refusal(header, dataBytes)).toContain(what);
  });

  it("refuses files too short for a header, and headers beyond the file or the format's limit, before reading them", async () => {
    const open = (bytes: Uint8Array<ArrayBuffer>) => openSafetensors(blobSource(new Blob([bytes]), "x.bin"));
    await expect(open(new Uint8Array(5))).rejects.toThrow("x.bin is not a safetensors file: it has 5 bytes");
    await expect(open(new Uint8Array(8).fill(1))).rejects.toThrow("announces a header of 72340172838076670 bytes, more than the format's");
    await expect(open(Uint8Array.of(9, 0, 0, 0, 0, 0, 0, 0, 0x7b))).rejects.toThrow("announces a header of 9 bytes, but has 1");
  });

  it("stops when told to", async () => {
    await expect(openSafetensors(file({}), AbortSignal.abort())).rejects.toMatchObject({ code: "aborted" });
  });

  // Mutated headers: whatever happens, an opened file's tensors lie inside it and nothing but a CascadeError is thrown.
  const entry = fc.record({
    dtype: fc.constantFrom("F32", "F16", "BF16", "I64", "X"),
    shape: fc.array(fc.oneof(fc.nat(5), fc.integer(), fc.double(), fc.constant(null)), { maxLength: 4 }),
    data_offsets: fc.array(fc.oneof(fc.nat(200), fc.integer(), fc.maxSafeNat()), { maxLength: 3 }),
  });
  const valid = JSON.stringify({ __metadata__: { a: "b" }, one: tensor(0, 8), two: tensor(8, 32, [2, 3]) });
  const cut = fc.tuple(fc.nat(valid.length), fc.nat(8), fc.string({ maxLength: 4 }));
  const mutated = cut.map(([at, count, text]) => valid.slice(0, at) + text + valid.slice(at + count));
  const header = fc.oneof(fc.dictionary(fc.string(), fc.oneof(entry, fc.json(), fc.anything())), fc.json(), mutated, fc.string());

  async function staysInside(source: ReturnType<typeof file>): Promise<void> {
    try {
      const opened = await openSafetensors(source);
      for (const info of opened.tensors.values()) expect(info.end).toBeLessThanOrEqual(source.size);
    } catch (error) {
      expect(error).toBeInstanceOf(CascadeError);
      expect(error).toMatchObject({ code: "bad-checkpoint" });
    }
  }

  it("never fails otherwise on generated headers", async () => {
    await fc.assert(
      fc.asyncProperty(header, fc.nat(64), (content, dataBytes) => staysInside(file(JSON.stringify(content) ?? "", dataBytes))),
      { numRuns: 300 },
    );
    await fc.assert(
      fc.asyncProperty(mutated, fc.constantFrom(0, 32), (text, dataBytes) => staysInside(file(text, dataBytes))),
      { numRuns: 700 },
    );
  });

  it("never fails otherwise on arbitrary bytes", async () => {
    const bytes = fc.uint8Array({ maxLength: 64 });
    await fc.assert(
      fc.asyncProperty(bytes, fc.nat(20), (content, length) => {
        const prefix = Uint8Array.of(length, 0, 0, 0, 0, 0, 0, 0);
        return staysInside(blobSource(new Blob([prefix, new Uint8Array(content)]), "bytes"));
      }),
      { numRuns: 500 },
    );
  });
});
