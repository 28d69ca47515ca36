import { beforeAll, describe, expect, it } from "vitest";
import { fixtureBytes, fixtureTensors, serialize, type Tensors } from "../../../fixtures/checkpoints.ts";
import { watchSlices } from "../../../fixtures/same-blob.ts";
import { externalInitializers } from "../../onnx/initializers.ts";
import { fromFloat16, toFloat16 } from "../../shared/float16.ts";
import type { FewerBits, Part, PrecisionName } from "../../shared/manifest.ts";
import { parseManifest } from "../../shared/parse-manifest.ts";
import type { PartFiles } from "../../shared/part-files.ts";
import { type ByteSource, blobSource } from "../byte-source.ts";
import { convert } from "../convert.ts";
import { memoryFolder } from "../output-folder.ts";
import { dequantizeRows, quantizeRows } from "../quantize.ts";
import { lowerPart } from "./lower-part.ts";

const PARTS = ["text-encoder", "stage-c", "stage-b"] as const;

/** The small checkpoints in numbers that half precision has exactly, so that what is stored at float16 is what was there. */
function rounded(tensors: Tensors): Tensors {
  return new Map(
    [...tensors].map(([key, tensor]) => {
      if (tensor.dtype !== "F32") return [key, tensor];
      const halves = toFloat16(new Float32Array(tensor.bytes.buffer));
      return [key, { ...tensor, bytes: new Uint8Array(fromFloat16(halves).buffer) }];
    }),
  );
}

/** CLIP's token table is nearly all of the small text encoder; a short one makes the tests quick and changes nothing else. */
const ROWS = 300;
function withShortTable(tensors: Tensors): Tensors {
  const key = "text_model.embeddings.token_embedding.weight";
  const table = tensors.get(key);
  const width = table?.shape[1] ?? 0;
  if (table === undefined) return tensors;
  return new Map([
    ...tensors,
    [
      key,
      { ...table, shape: [ROWS, width], bytes: table.bytes.slice(0, ROWS * width * (table.bytes.length / (table.shape[0] ?? 1) / width)) },
    ],
  ]);
}

interface Converted extends PartFiles {
  readonly config: Part["config"];
}
const converted = new Map<string, Converted>();

/** A part of the small cascade, converted. */
const at = (part: string, precision: PrecisionName): Converted => {
  const files = converted.get(`${part} ${precision}`);
  if (files === undefined) throw new Error(`no ${part} at ${precision}`);
  return files;
};

beforeAll(async () => {
  const network = (folder: string, weights = "diffusion_pytorch_model", changes: object = {}): ByteSource[] => [
    blobSource(
      new Blob([serialize(rounded(withShortTable(fixtureTensors(`${folder}/${weights}.safetensors`))))]),
      `${weights}.safetensors`,
    ),
    blobSource(
      new Blob([JSON.stringify({ ...JSON.parse(new TextDecoder().decode(fixtureBytes(`${folder}/config.json`))), ...changes })]),
      "config.json",
    ),
  ];
  const parts = {
    "text-encoder": network("text_encoder", "model", { vocab_size: ROWS, eos_token_id: ROWS - 1 }),
    "stage-c": network("prior"),
    "stage-b": network("decoder"),
    "stage-a": network("vqgan"),
  };
  const tokenizer = [blobSource(new Blob(['{"model": {}}']), "tokenizer.json")];
  for (const precision of ["f32", "f16", "q8", "q4"] as const) {
    const folder = memoryFolder();
    // At float16 in several files, as the official models are.
    const shards = precision === "f16" ? { shardBytes: 2 ** 18 } : {};
    for await (const _ of convert({ name: "small", precision, parts, tokenizer, ...shards }, folder));
    const manifest = parseManifest(new TextDecoder().decode(folder.files.get("cascade.json")));
    for (const name of [...PARTS, "stage-a"] as const) {
      const { config, graph, data } = manifest.parts[name];
      const bytes = (path: string) => folder.files.get(path) ?? new Uint8Array();
      const blobs = data.map(({ file: path }) => ({ path, data: new Blob([bytes(path)]) }));
      converted.set(`${name} ${precision}`, { model: bytes(graph.file), data: blobs, config });
    }
  }
});

function lowered(name: (typeof PARTS)[number], from: PrecisionName, to: FewerBits): PartFiles {
  const { config, ...files } = at(name, from);
  const part = lowerPart(name, config, files, to);
  if (part === undefined) throw new Error(`${name} was not lowered`);
  return part;
}

async function bytesIn(blob: Blob | undefined): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array((await blob?.arrayBuffer()) ?? new ArrayBuffer());
}

/** Whether two are the same bytes; `toEqual` takes minutes for those of a model. */
function isSame(bytes: Uint8Array, expected: Uint8Array | undefined): boolean {
  return expected !== undefined && Buffer.compare(bytes, expected) === 0;
}

/** An initializer's bytes. */
async function initializer(part: PartFiles, name: string): Promise<Uint8Array<ArrayBuffer>> {
  const place = externalInitializers(part.model).get(name)?.place;
  const file = part.data.find(({ path }) => path === place?.location)?.data;
  if (place === undefined || file === undefined) throw new Error(`no ${name}`);
  return await bytesIn(file.slice(place.offset, place.offset + place.length));
}

const quantizedKeys = ({ model }: PartFiles): string[] =>
  [...externalInitializers(model).keys()].filter((name) => name.endsWith(".quantized")).map((name) => name.replace(/\.quantized$/, ""));

describe("float16 at fewer bits", () => {
  it.each(PARTS.flatMap((part) => (["q8", "q4"] as const).map((to) => [part, to] as const)))(
    "%s is, byte for byte, what a conversion at %s writes",
    async (part, to) => {
      const files = lowered(part, "f16", to);
      const expected = at(part, to);
      expect(isSame(files.model, expected.model)).toBe(true);
      expect(files.data.map(({ path }) => path)).toEqual(expected.data.map(({ path }) => path));
      for (const [i, { path, data }] of files.data.entries())
        expect(isSame(await bytesIn(data), await bytesIn(expected.data[i]?.data)), path).toBe(true);
    },
  );
});

describe("float32 at fewer bits", () => {
  it.each(PARTS.flatMap((part) => (["q8", "q4"] as const).map((to) => [part, to] as const)))(
    "%s has the matrices of a conversion at %s, and all else as it was",
    async (part, to) => {
      const files = lowered(part, "f32", to);
      const expected = at(part, to);
      const keys = quantizedKeys(files);
      expect(keys.length).toBeGreaterThan(5);
      expect(keys).toEqual(quantizedKeys(expected));
      for (const name of keys.flatMap((key) => [`${key}.quantized`, `${key}.scales`])) {
        expect(isSame(await initializer(files, name), await initializer(expected, name)), name).toBe(true);
      }
      const stored = externalInitializers(at(part, "f32").model);
      const kept = [...externalInitializers(files.model).values()].filter(({ dtype }) => dtype === "float32");
      expect(kept.length).toBeGreaterThan(5);
      for (const { name, shape } of kept) {
        expect(shape).toEqual(stored.get(name)?.shape);
        expect(isSame(await initializer(files, name), await initializer(at(part, "f32"), name)), name).toBe(true);
      }
    },
  );
});

describe("8 bits at 4", () => {
  it.each(["stage-c", "stage-b"] as const)("%s has the 8 bits' numbers quantized again, where the plan has 4", async (part) => {
    const files = lowered(part, "q8", "q4");
    expect(isSame(files.model, at(part, "q4").model)).toBe(true);
    const shapes = externalInitializers(files.model);
    let again = 0;
    for (const key of quantizedKeys(files)) {
      const [n = 0, blocks = 0, bytes] = shapes.get(`${key}.quantized`)?.shape ?? [];
      const values = await initializer(at(part, "q8"), `${key}.quantized`);
      const halves = await initializer(at(part, "q8"), `${key}.scales`);
      if (bytes === 32) {
        expect(isSame(await initializer(files, `${key}.quantized`), values), key).toBe(true);
        continue;
      }
      const k = 32 * blocks;
      const numbers = dequantizeRows({ values, scales: fromFloat16(new Uint16Array(halves.buffer)) }, n, k, 8);
      const expected = quantizeRows(numbers, k, { bits: 4, symmetric: true, scaleType: "float16" });
      expect(isSame(await initializer(files, `${key}.quantized`), expected.values), key).toBe(true);
      expect(isSame(await initializer(files, `${key}.scales`), new Uint8Array(toFloat16(expected.scales).buffer)), key).toBe(true);
      again++;
    }
    expect(again).toBeGreaterThan(5);
  });
});

describe("a part is left alone", () => {
  it.each([
    ["stage-c", "q8", "q8"],
    ["stage-c", "q4", "q4"],
    ["stage-c", "q4", "q8"],
    ["text-encoder", "q8", "q4"],
    ["stage-a", "f32", "q4"],
  ] as const)("where there is nothing to lower: %s stored at %s, asked for at %s", (part, from, to) => {
    const { config, ...files } = at(part, from);
    expect(lowerPart(part, config, files, to)).toBeUndefined();
  });

  it("whose configuration makes another graph, or none", () => {
    const { config, ...files } = at("stage-c", "f16");
    expect(lowerPart("stage-c", { ...config, kernel_size: 5 }, files, "q8")).toBeUndefined();
    expect(lowerPart("stage-c", { ...config, clip_seq: 2 }, files, "q8")).toBeUndefined();
    expect(lowerPart("stage-c", {}, files, "q8")).toBeUndefined();
    expect(lowerPart("stage-c", config, { ...files, model: at("stage-b", "f16").model }, "q8")).toBeUndefined();
  });
});

describe("reading", () => {
  /** Stage C at 8 bits, and the lengths of what is read of the file it is stored in. */
  function watched() {
    const { config, model, data } = at("stage-c", "f32");
    const [file] = data;
    if (file === undefined) throw new Error("no data");
    const source = file.data.slice();
    const reads = watchSlices(source);
    const part = lowerPart("stage-c", config, { model, data: [{ ...file, data: source }] }, "q8");
    if (part === undefined) throw new Error("it was not lowered");
    return { model, part, reads };
  }

  it("holds one matrix at a time, and reads it once for all pieces of its values and scales", async () => {
    const { model, part, reads } = watched();
    expect(reads).toEqual([]);
    const [{ data: made } = { data: new Blob() }] = part.data;
    const piece = 1000;
    for (let begin = 0; begin < made.size; begin += piece) await made.slice(begin, begin + piece).arrayBuffer();
    const keys = quantizedKeys(part);
    const matrices = [...externalInitializers(model).values()].filter(({ name }) => keys.includes(name)).map(({ place }) => place.length);
    // All else is copied, as far as is asked.
    expect(reads.filter((bytes) => bytes > piece).sort()).toEqual(matrices.filter((bytes) => bytes > piece).sort());
    expect(matrices.filter((bytes) => bytes > piece).length).toBeGreaterThan(10);
  });

  it("reads a matrix once where its scales are asked for long before its values, as onnxruntime-web may", async () => {
    const { part, reads } = watched();
    const keys = quantizedKeys(part);
    for (const name of [...keys.map((key) => `${key}.scales`), ...keys.reverse().map((key) => `${key}.quantized`)]) {
      expect(isSame(await initializer(part, name), await initializer(at("stage-c", "q8"), name)), name).toBe(true);
    }
    expect(reads).toHaveLength(keys.length);
  });

  it("rejects where numbers are too large for fewer bits", async () => {
    const { config, model, data } = at("stage-c", "f32");
    const [file] = data;
    const [key = ""] = quantizedKeys(lowered("stage-c", "f32", "q8"));
    const place = externalInitializers(model).get(key)?.place;
    if (file === undefined || place === undefined) throw new Error("no matrix");
    for (const number of [Number.NaN, 1e9]) {
      const bytes = new Uint8Array(await file.data.arrayBuffer());
      new DataView(bytes.buffer).setFloat32(place.offset, number, true);
      const part = lowerPart("stage-c", config, { model, data: [{ ...file, data: new Blob([bytes]) }] }, "q8");
      await expect(part?.data[0]?.data.arrayBuffer()).rejects.toMatchObject({ code: "out-of-memory" });
    }
  });
});
