import { createHash } from "node:crypto";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  fixtureBytes,
  fixtureTensors,
  type StoredTensor,
  serialize,
  type Tensors,
  toBfloat16,
  toOfficial,
  widenedBfloat16,
  withPrefix,
} from "../../fixtures/checkpoints.ts";
import { directoryFolder } from "../../tools/node-files.ts";
import { messageOf } from "../shared/errors.ts";
import type { PartName } from "../shared/manifest.ts";
import { filesOf, parseManifest } from "../shared/parse-manifest.ts";
import { type ByteSource, blobSource } from "./byte-source.ts";
import { type ConvertEvent, type ConvertOptions, convert } from "./convert.ts";
import { memoryFolder, type OutputFolder } from "./output-folder.ts";

const prior = fixtureTensors("prior/diffusion_pytorch_model.safetensors");
const decoder = fixtureTensors("decoder/diffusion_pytorch_model.safetensors");
const vqgan = fixtureTensors("vqgan/diffusion_pytorch_model.safetensors");
// The real vocabulary's token table is nearly all of this model; a short one makes the tests quick and changes nothing else.
const text = withShortTable(fixtureTensors("text_encoder/model.safetensors"), 300);
const previewer = fixtureTensors("previewer.safetensors");

const source = (name: string, content: Uint8Array<ArrayBuffer> | string): ByteSource => blobSource(new Blob([content]), name);
const file = (name: string, tensors: Tensors): ByteSource => source(name, serialize(tensors));
const config = (folder: string, changes: object = {}): ByteSource =>
  source("config.json", JSON.stringify({ ...JSON.parse(new TextDecoder().decode(fixtureBytes(`${folder}/config.json`))), ...changes }));
const tokenizer = [
  source("tokenizer.json", fixtureBytes("tokenizer/tokenizer.json.gz")),
  source("tokenizer_config.json", fixtureBytes("tokenizer/tokenizer_config.json")),
  source("vocab.json", "{}"),
];

const textConfig = config("text_encoder", { vocab_size: 300, eos_token_id: 299 });
const diffusers: ConvertOptions["parts"] = {
  "text-encoder": [file("model.safetensors", text), textConfig],
  "stage-c": [file("diffusion_pytorch_model.safetensors", prior), config("prior")],
  "stage-b": [file("diffusion_pytorch_model.safetensors", decoder), config("decoder")],
  "stage-a": [config("vqgan"), file("diffusion_pytorch_model.safetensors", vqgan)],
  previewer: [file("previewer.safetensors", previewer)],
};

function withShortTable(tensors: Tensors, rows: number): Tensors {
  const key = "text_model.embeddings.token_embedding.weight";
  const table = tensors.get(key);
  if (table === undefined) throw new Error("no table");
  const width = table.shape[1] ?? 0;
  return new Map([...tensors, [key, { ...table, shape: [rows, width], bytes: table.bytes.slice(0, rows * width * 2) }]]);
}

async function run(options: Partial<ConvertOptions>, folder: OutputFolder = memoryFolder(), signal?: AbortSignal) {
  const events: ConvertEvent[] = [];
  const conversion = convert({ name: "small", precision: "f32", parts: diffusers, tokenizer, ...options }, folder, signal);
  for (;;) {
    const step = await conversion.next();
    if (step.done) return { events, manifest: step.value };
    events.push(step.value);
  }
}

/** Everything written, as hashes by file. */
async function hashes(options: Partial<ConvertOptions>): Promise<Record<string, string>> {
  const folder = memoryFolder();
  await run(options, folder);
  return Object.fromEntries([...folder.files].map(([name, bytes]) => [name, createHash("sha256").update(bytes).digest("hex")]));
}

describe("the converted folder", () => {
  it("has graphs, data, tokenizer and a manifest that is true", async () => {
    const folder = memoryFolder();
    const { manifest, events } = await run({ precision: "q8" }, folder);
    const written = parseManifest(new TextDecoder().decode(folder.files.get("cascade.json")));
    expect(written).toEqual(manifest);
    expect([...folder.files.keys()].sort()).toEqual(["cascade.json", ...filesOf(written).map(({ file }) => file)].sort());
    for (const { file, size, sha256 } of filesOf(written)) {
      const bytes = folder.files.get(file) ?? new Uint8Array();
      expect([file, bytes.length, createHash("sha256").update(bytes).digest("hex")]).toEqual([file, size, sha256]);
    }
    expect(written).toMatchObject({
      precision: "q8",
      tokenizer: { max_length: 77 },
      latents: { stage_c: { channels: 16, compression: 42.67 }, stage_b: { channels: 4, per_stage_c: 10.67 }, granularity: 128 },
      sampling: { stage_c: { target: "epsilon", sampler: "ddpm-wuerstchen", steps: 20, guidance: 4 }, stage_b: { steps: 10 } },
    });
    const stored = [...prior.values()].reduce((sum, { bytes }) => sum + bytes.length / 4, 0);
    expect(written.parts["stage-c"].parameters).toBe(stored);
    expect(written.parts["stage-c"].precision).toMatchObject({ q8: expect.any(Number), f16: expect.any(Number), f32: expect.any(Number) });
    const progress = events.filter((event) => event.type === "progress");
    expect(progress.at(-1)?.written).toBe(progress.at(-1)?.total);
  });

  it("says for each part what the plan keeps higher, why, and what it costs", async () => {
    const { events } = await run({ precision: "q4" });
    const stageC = events.find((event) => event.type === "part" && event.part === "stage-c");
    if (stageC?.type !== "part") throw new Error("no event for Stage C");
    // All but what lies between initializers.
    const padding = stageC.bytes - stageC.costs.reduce((sum, { bytes }) => sum + bytes, 0);
    expect(padding).toBeGreaterThanOrEqual(0);
    expect(padding).toBeLessThan(0.05 * stageC.bytes);
    expect(stageC.costs.map(({ rule }) => rule.precision)).toEqual(["f32", "f16", "f16", "q8", "q8", "q4"]);
  });

  it("is cut into shards of at most the size asked for", async () => {
    const folder = memoryFolder();
    const { manifest } = await run({ parts: diffusers, shardBytes: 2 ** 20 }, folder);
    const data = manifest?.parts["stage-b"].data ?? [];
    expect(data.map(({ file }) => file).slice(0, 2)).toEqual(["stage-b.onnx.data", "stage-b.onnx.data.1"]);
    expect(data.every(({ size }) => size <= 2 ** 20)).toBe(true);
  });

  it("has no cascade.json where parts are left out, and says so", async () => {
    const folder = memoryFolder();
    const { manifest, events } = await run({ parts: { "stage-a": diffusers["stage-a"] ?? [] } }, folder);
    expect(manifest).toBeUndefined();
    expect([...folder.files.keys()]).not.toContain("cascade.json");
    expect(events.at(-1)).toEqual({
      type: "note",
      message: "No cascade.json is written, because a text encoder, Stage C, Stage B were not given.",
    });
  });
});

describe("layouts", () => {
  let expected: Record<string, string>;
  beforeAll(async () => {
    expected = await hashes({});
  });

  it("official files without any configuration give the same bytes", async () => {
    const official = await hashes({
      parts: {
        "text-encoder": [file("model.safetensors", text)],
        "stage-c": [file("stage_c.safetensors", toOfficial(prior))],
        "stage-b": [file("stage_b.safetensors", toOfficial(decoder))],
        "stage-a": [file("stage_a.safetensors", vqgan)],
        previewer: [file("previewer.safetensors", previewer)],
      },
    });
    expect(official).toEqual(expected);
  });

  it("ComfyUI all-in-one files give the same bytes", async () => {
    const c = [
      file(
        "stable_cascade_stage_c.safetensors",
        new Map([
          ...withPrefix(toOfficial(prior), "model.diffusion_model."),
          ...withPrefix(text, "text_encoder."),
          ...withPrefix(previewer, "vae.previewer."),
        ]),
      ),
    ];
    const b = [
      file(
        "stable_cascade_stage_b.safetensors",
        new Map([...withPrefix(toOfficial(decoder), "model.diffusion_model."), ...withPrefix(vqgan, "vae.")]),
      ),
    ];
    expect(await hashes({ parts: { "text-encoder": c, "stage-c": c, "stage-b": b, "stage-a": b, previewer: c } })).toEqual(expected);
  });

  it("sharded diffusers folders give the same bytes", async () => {
    const entries = [...prior];
    const shards = [new Map(entries.slice(0, 50)), new Map(entries.slice(50))];
    const name = (i: number) => `diffusion_pytorch_model-0000${i + 1}-of-00002.safetensors`;
    const weight_map = Object.fromEntries(shards.flatMap((shard, i) => [...shard.keys()].map((key) => [key, name(i)])));
    const folder = [
      source("diffusion_pytorch_model.safetensors.index.json", JSON.stringify({ metadata: {}, weight_map })),
      ...shards.map((shard, i) => file(name(i), shard)),
      config("prior"),
    ];
    expect(await hashes({ parts: { ...diffusers, "stage-c": folder } })).toEqual(expected);
    await expect(run({ parts: { ...diffusers, "stage-c": folder.slice(0, 2) } })).rejects.toThrow(
      'diffusion_pytorch_model.safetensors.index.json names the shard "diffusion_pytorch_model-00002-of-00002.safetensors", which is not beside it.',
    );
  });

  it.each(["f32", "q4"] as const)("bfloat16 files give the bytes of the same numbers in float32 at %s", async (precision) => {
    const parts = (change: (tensors: Tensors) => Tensors): ConvertOptions["parts"] => ({
      "stage-c": [file("stage_c.safetensors", toOfficial(change(prior)))],
      "stage-b": [file("stage_b.safetensors", toOfficial(change(decoder)))],
      "stage-a": [file("stage_a.safetensors", change(vqgan))],
    });
    const wide = await hashes({ precision, parts: parts(widenedBfloat16) });
    expect(await hashes({ precision, parts: parts((tensors) => toOfficial(toBfloat16(tensors))) })).toEqual(wide);
    expect(wide["stage-c.onnx.data"]).not.toEqual(expected["stage-c.onnx.data"]);
  });
});

describe("bad input leaves one clear sentence and nothing else", () => {
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "cascade-convert-"));
  });
  afterAll(() => rm(directory, { recursive: true }));

  const without = (tensors: Tensors, key: string): Tensors => new Map([...tensors].filter(([name]) => name !== key));
  const replaced = (tensors: Tensors, key: string, tensor: StoredTensor): Tensors => new Map([...tensors, [key, tensor]]);
  const bytes = serialize(prior);
  const notFinite = replaced(prior, "clf.1.bias", {
    dtype: "F32",
    shape: [16],
    bytes: new Uint8Array(new Float32Array(16).fill(Number.NaN).buffer),
  });
  const huge = replaced(decoder, "up_upscalers.0.1.bias", {
    dtype: "F32",
    shape: [96],
    bytes: new Uint8Array(new Float32Array(96).fill(1e6).buffer),
  });
  const hugeWeight = replaced(decoder, "up_repeat_mappers.0.0.weight", {
    dtype: "F32",
    shape: [96, 96, 1, 1],
    bytes: new Uint8Array(new Float32Array(96 * 96).fill(1e6).buffer),
  });

  const cases: [what: string, part: PartName, files: readonly ByteSource[], message: string][] = [
    [
      "a picture instead of safetensors",
      "stage-c",
      [source("c.png", new Uint8Array(100).fill(137))],
      "c.png is not a safetensors file: it announces a header of",
    ],
    ["an empty file", "stage-c", [source("c.safetensors", new Uint8Array())], "c.safetensors is not a safetensors file: it has 0 bytes"],
    ["a truncated file", "stage-c", [source("c.safetensors", bytes.slice(0, bytes.length - 100))], "bytes, but only"],
    [
      "a file cut inside its header",
      "stage-c",
      [source("c.safetensors", bytes.slice(0, 500))],
      "c.safetensors is not a safetensors file: it announces a header of",
    ],
    ["a missing tensor", "stage-c", [file("c.safetensors", without(prior, "clf.1.bias"))], 'c.safetensors lacks the tensor "clf.1.bias"'],
    [
      "a wrong shape",
      "stage-c",
      [file("c.safetensors", replaced(prior, "clf.1.bias", { dtype: "F32", shape: [4, 4], bytes: new Uint8Array(64) }))],
      'c.safetensors: tensor "clf.1.bias" has the shape [4, 4]; the network needs [16].',
    ],
    [
      "integers for weights",
      "stage-c",
      [file("c.safetensors", replaced(prior, "clf.1.bias", { dtype: "I32", shape: [16], bytes: new Uint8Array(64) }))],
      'tensor "clf.1.bias" has type I32; F32, F16 or BF16 is needed.',
    ],
    [
      "an unknown layout",
      "stage-c",
      [file("sd15.safetensors", withPrefix(text, "cond_stage_model."))],
      "sd15.safetensors is not Stage C in a known layout",
    ],
    ["another part", "stage-b", [file("x.safetensors", prior)], "x.safetensors holds Stage C, not Stage B."],
    [
      "numbers that are not finite",
      "stage-c",
      [file("c.safetensors", notFinite)],
      'c.safetensors: "clf.1.bias" has a number that is not finite (NaN)',
    ],
    [
      "weights too large for float16",
      "stage-b",
      [file("b.safetensors", hugeWeight)],
      "has numbers too large for float16 (65504); convert with --precision f32.",
    ],
    [
      "heads that don't divide the width",
      "stage-c",
      [file("c.safetensors", prior), config("prior", { num_attention_heads: [3, 3] })],
      "heads",
    ],
    [
      "two candidates",
      "stage-c",
      [file("a.safetensors", prior), file("b.safetensors", prior)],
      "Several files could be Stage C: a.safetensors, b.safetensors.",
    ],
    ["a folder without weights", "stage-c", [config("prior"), source("notes.txt", "")], "No .safetensors file was found for Stage C."],
    ["a configuration that is not JSON", "stage-c", [file("c.safetensors", prior), source("config.json", "{")], "config.json is not JSON"],
  ];

  it.each(cases)("%s", async (_, part, files, message) => {
    const out = join(directory, "model");
    const failure = await run({ precision: "q8", parts: { ...diffusers, [part]: files } }, await directoryFolder(out)).catch(
      (error: unknown) => error,
    );
    expect(failure).toMatchObject({ code: "bad-checkpoint" });
    expect(messageOf(failure)).toContain(message);
    expect(messageOf(failure)).toMatch(/^[^\n]*\.$/);
    expect(await readdir(directory)).toEqual([]);
  });

  it("accepts biases of any size, which stay float32", async () => {
    await expect(run({ precision: "q8", parts: { "stage-b": [file("b.safetensors", huge)] } })).resolves.toBeDefined();
  });

  it("a tokenizer folder without tokenizer.json", async () => {
    await expect(run({ tokenizer: tokenizer.slice(1) })).rejects.toThrow("The tokenizer's folder has no tokenizer.json");
  });

  it("a conversion cancelled while it writes, beside an older model that stays whole", async () => {
    const out = join(directory, "model");
    await run({ precision: "q8" }, await directoryFolder(out));
    await writeFile(join(out, "notes.txt"), "mine");
    const before = await readdir(out);
    const abort = new AbortController();
    const conversion = convert({ name: "small", precision: "f32", parts: diffusers, tokenizer }, await directoryFolder(out), abort.signal);
    const cancelled = (async () => {
      for await (const event of conversion) if (event.type === "progress" && event.part === "stage-b") abort.abort();
    })();
    await expect(cancelled).rejects.toMatchObject({ code: "aborted", message: "The conversion was cancelled." });
    expect(await readdir(out)).toEqual(before);
    // A listener that leaves ends it too.
    for await (const event of convert({ name: "small", precision: "f32", parts: diffusers }, await directoryFolder(out))) {
      if (event.type === "progress") break;
    }
    expect(await readdir(out)).toEqual(before);
    await rm(out, { recursive: true });
  });
});

it("replaces an older model whole: files it alone had go with it", async () => {
  const directory = await mkdtemp(join(tmpdir(), "cascade-convert-"));
  await run({ precision: "q8", shardBytes: 2 ** 20 }, await directoryFolder(directory));
  await run({ precision: "q8" }, await directoryFolder(directory));
  const names = await readdir(directory);
  expect(names).toContain("stage-b.onnx.data");
  expect(names).not.toContain("stage-b.onnx.data.1");
  await rm(directory, { recursive: true });
});
