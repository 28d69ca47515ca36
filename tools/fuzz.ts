import fc from "fast-check";
import { type ByteSource, blobSource } from "../src/convert/byte-source.ts";
import { openSafetensors } from "../src/convert/safetensors.ts";
import { parseHeader } from "../src/convert/safetensors-header.ts";
import { CascadeError } from "../src/shared/errors.ts";

/** What a run of the fuzzer came to. */
export interface FuzzFigures {
  readonly inputs: number;
  /** How many were files the format allows. */
  readonly accepted: number;
  readonly milliseconds: number;
  /** The longest a single input took. */
  readonly slowest: number;
  /** The largest piece of a file that was asked for, over the file's own size: memory follows what is there, not what is announced. */
  readonly largestAsk: number;
  /** Growth of the heap over the run, after its first thousand inputs. */
  readonly heapGrowth: number;
}

/** No input may take longer; the machine may be busy. */
const SLOWEST_MS = 2000;
/** What the heap may grow by while a million inputs come and go. */
const HEAP_BYTES = 2 ** 28;

const tensor = (begin: number, end: number, shape: unknown = [(end - begin) / 4], dtype: unknown = "F32") => ({
  dtype,
  shape,
  data_offsets: [begin, end],
});
const VALID = JSON.stringify({ __metadata__: { a: "b" }, one: tensor(0, 8), two: tensor(8, 32, [2, 3]), half: tensor(32, 36, [2], "F16") });

const size = fc.oneof(fc.nat(8), fc.integer(), fc.double(), fc.maxSafeNat(), fc.constantFrom(null, "4", -0, 2 ** 53, 1e308));
const entry = fc.record(
  {
    dtype: fc.constantFrom("F32", "F16", "BF16", "I64", "F8_E4M3", "F4", "constructor", 4, null),
    shape: fc.oneof(fc.array(size, { maxLength: 5 }), size),
    data_offsets: fc.oneof(fc.array(size, { maxLength: 3 }), size),
  },
  { requiredKeys: [] },
);
const edit = fc.tuple(
  fc.nat(VALID.length),
  fc.nat(12),
  fc.oneof(fc.string({ maxLength: 6 }), fc.constantFrom("{", "}", '"', "\\", ",", "1e999", "9007199254740993")),
);
const mutated = fc
  .array(edit, { minLength: 1, maxLength: 4 })
  .map((edits) => edits.reduce((text, [at, count, put]) => text.slice(0, at) + put + text.slice(at + count), VALID));
/** Well-formed spans with some numbers moved, so that the checks behind the first ones are reached. */
const spans = fc
  .array(fc.tuple(fc.nat(6), fc.constantFrom(-4, -1, 0, 0, 0, 0, 1, 4), fc.constantFrom("F32", "F32", "BF16")), { maxLength: 6 })
  .map((parts) => {
    let at = 0;
    const header: Record<string, unknown> = {};
    for (const [i, [count, moved, dtype]] of parts.entries()) {
      const length = count * (dtype === "F32" ? 4 : 2);
      header[`t${i}`] = tensor(at + moved, at + length, [count], dtype);
      at += length;
    }
    return { text: JSON.stringify(header), dataBytes: at };
  });
const nested = fc
  .tuple(fc.integer({ min: 1, max: 20_000 }), fc.constantFrom("[", '{"a":', '[{"a":'))
  .map(([depth, piece]) => `{"a":${piece.repeat(depth)}`);
const text = fc.oneof(
  { weight: 4, arbitrary: mutated },
  {
    weight: 3,
    arbitrary: fc.dictionary(fc.string(), fc.oneof(entry, fc.anything()), { maxKeys: 5 }).map((value) => JSON.stringify(value) ?? ""),
  },
  { weight: 1, arbitrary: fc.json() },
  { weight: 1, arbitrary: fc.string() },
);
/** The eight bytes before the header: mostly the truth. */
const announced = fc.oneof(
  { weight: 6, arbitrary: fc.constant(undefined) },
  { weight: 1, arbitrary: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }) },
  { weight: 1, arbitrary: fc.bigInt({ min: 0n, max: 200n }) },
);

export interface FuzzInput {
  readonly header: Uint8Array;
  readonly dataBytes: number;
  readonly announced: bigint | undefined;
}
const encoder = new TextEncoder();
const input: fc.Arbitrary<FuzzInput> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ header: text.map((value) => encoder.encode(value)), dataBytes: fc.constantFrom(0, 36, 36, 36, 64), announced }),
  },
  {
    weight: 4,
    arbitrary: fc
      .tuple(spans, fc.constantFrom(0, 0, 0, 1, -1))
      .map(([one, more]) => ({ header: encoder.encode(one.text), dataBytes: Math.max(0, one.dataBytes + more), announced: undefined })),
  },
  { weight: 3, arbitrary: fc.record({ header: fc.uint8Array({ maxLength: 200 }), dataBytes: fc.nat(40), announced }) },
  { weight: 1, arbitrary: nested.map((value) => ({ header: encoder.encode(value.slice(0, 4000)), dataBytes: 0, announced: undefined })) },
);

/**
 * Opens generated and mutated files: each is either accepted, with every tensor inside it, or refused with `bad-checkpoint`. Throws, with the input that
 * shows it and the seed, where anything else happens, or an input asks for more than it holds, or takes too long.
 */
export async function fuzzReader(inputs: number, seed = Date.now()): Promise<FuzzFigures> {
  let [accepted, slowest, largestAsk, done, heapStart] = [0, 0, 0, 0, 0];
  const started = performance.now();
  const property = fc.asyncProperty(input, async (given) => {
    const begun = performance.now();
    const { source, largest } = sourceOf(given);
    try {
      const opened = await openSafetensors(source);
      for (const { begin, end } of opened.tensors.values())
        if (!(begin >= 0 && begin <= end && end <= given.dataBytes)) throw new Error("a tensor lies outside");
      accepted++;
    } catch (error) {
      if (!(error instanceof CascadeError) || error.code !== "bad-checkpoint") throw error;
      if (error.message.length > 2000) throw new Error(`a message of ${error.message.length} characters`);
    }
    slowest = Math.max(slowest, performance.now() - begun);
    if (slowest > SLOWEST_MS) throw new Error(`an input took ${slowest.toFixed(0)} ms`);
    largestAsk = Math.max(largestAsk, largest() / source.size);
    if (largestAsk > 1) throw new Error(`${largest()} bytes were asked of ${source.size}`);
    if (++done === 1000) heapStart = process.memoryUsage().heapUsed;
    if (done > 1000 && done % 10_000 === 0 && process.memoryUsage().heapUsed - heapStart > HEAP_BYTES)
      throw new Error("memory grows with the inputs");
  });
  await fc.assert(property, { numRuns: inputs, seed, endOnFailure: true });
  return {
    inputs,
    accepted,
    milliseconds: performance.now() - started,
    slowest,
    largestAsk,
    heapGrowth: process.memoryUsage().heapUsed - heapStart,
  };
}

/** A header as long as the format allows, of the shape that costs most: many small tensors. Returns the milliseconds it takes and the tensors. */
export function largestHeader(): { readonly milliseconds: number; readonly tensors: number } {
  const parts: string[] = [];
  let length = 1;
  for (let at = 0; ; at++) {
    const part = `"t${at}":{"dtype":"U8","shape":[1],"data_offsets":[${at},${at + 1}]}`;
    if (length + part.length + 1 > 100_000_000) break;
    parts.push(part);
    length += part.length + 1;
  }
  const bytes = encoder.encode(`{${parts.join(",")}}`);
  const begun = performance.now();
  return { tensors: parseHeader(bytes, parts.length, "large.safetensors").size, milliseconds: performance.now() - begun };
}

function sourceOf({ header, dataBytes, announced }: FuzzInput): { readonly source: ByteSource; readonly largest: () => number } {
  const bytes = new Uint8Array(8 + header.length + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, announced ?? BigInt(header.length), true);
  bytes.set(header, 8);
  const blob = blobSource(new Blob([bytes]), "fuzz.safetensors");
  let largest = 0;
  return {
    largest: () => largest,
    source: {
      ...blob,
      async read(offset, length) {
        largest = Math.max(largest, length);
        if (offset + length > bytes.length) return blob.read(offset, length);
        return bytes.slice(offset, offset + length);
      },
    },
  };
}

if (process.argv[1] === import.meta.filename) {
  const [inputs = "1000000", seed] = process.argv.slice(2);
  const { accepted, milliseconds, slowest, largestAsk, heapGrowth } = await fuzzReader(
    Number(inputs),
    seed === undefined ? undefined : Number(seed),
  );
  const { tensors, milliseconds: largest } = largestHeader();
  process.stdout.write(
    `${inputs} inputs in ${(milliseconds / 1000).toFixed(0)} s: ${accepted} accepted, the others refused in one sentence; slowest ${slowest.toFixed(1)} ms; ` +
      `asked for at most ${largestAsk.toFixed(2)} of a file's bytes at once; heap grew by ${(heapGrowth / 1e6).toFixed(1)} MB\n` +
      `a header of 100 MB (${tensors} tensors) is read in ${(largest / 1000).toFixed(1)} s\n`,
  );
}
