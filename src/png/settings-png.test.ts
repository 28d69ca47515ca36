import * as fc from "fast-check";
import { decode, encode } from "fast-png";
import { describe, expect, test } from "vitest";
import type { Settings, WeightsRead } from "../pipeline/types.ts";
import { fromParameters, toParameters } from "./a1111.ts";
import { type Chunk, crc32, readChunks, writeChunks } from "./chunks.ts";
import { settingsIn, withSettings } from "./settings-png.ts";
import { internationalChunk, readTexts, textChunk } from "./text-chunks.ts";

const pixels = Uint8Array.from({ length: 4 * 3 * 3 }, (_, i) => i * 7);
const plain = Uint8Array.from(encode({ width: 4, height: 3, data: pixels, channels: 3, depth: 8 }));

/** The PNG another tool would have written. */
function pngWith(...chunks: Chunk[]): Blob {
  const [header, ...rest] = readChunks(plain);
  if (header === undefined) throw new Error("no chunks");
  return new Blob([writeChunks([header, ...chunks, ...rest])]);
}

const guidance = fc.double({ min: 0, max: 30, noNaN: true }).map((value) => Math.abs(Number(value.toFixed(2))));
const stage = fc.record({
  steps: fc.integer({ min: 1, max: 200 }),
  guidance,
  sampler: fc.constantFrom("ddpm-wuerstchen" as const, "ddpm" as const, "ddim" as const, "lcm" as const),
});
const settings: fc.Arbitrary<Settings> = fc.record({
  prompt: fc.string({ unit: "grapheme", minLength: 1 }),
  negativePrompt: fc.string({ unit: "grapheme" }),
  width: fc.integer({ min: 1, max: 32 }).map((n) => n * 128),
  height: fc.integer({ min: 1, max: 32 }).map((n) => n * 128),
  seed: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  stageC: stage,
  stageB: stage,
});

describe("settings written by this page", () => {
  test("come back as they were, and the picture is untouched", async () => {
    await fc.assert(
      fc.asyncProperty(settings, async (given) => {
        const png = await withSettings(new Blob([plain]), given, { model: "mini" });
        const restored = await settingsIn(png);
        expect(restored).toMatchObject({ source: "Cascade playground", settings: given, left: [] });
        expect(Uint8Array.from(decode(new Uint8Array(await png.arrayBuffer())).data)).toEqual(pixels);
      }),
      { numRuns: 50 },
    );
  });

  test("say that a network made the picture, and can be read as A1111's", async () => {
    const [given] = fc.sample(settings, 1);
    if (given === undefined) throw new Error("no sample");
    const png = await withSettings(new Blob([plain]), { ...given, prompt: "ein Fuchs, 狐" }, { model: "mini" });
    const chunks = readChunks(new Uint8Array(await png.arrayBuffer()));
    const texts = await readTexts(chunks);
    expect(texts.get("XML:com.adobe.xmp")).toContain("digitalsourcetype/trainedAlgorithmicMedia");
    expect(texts.get("parameters")).toMatch(/^ein Fuchs, 狐\n/);
    // Text outside of Latin-1 is international text, as the specification wants it.
    expect(chunks.filter(({ type }) => type === "tEXt")).toHaveLength(0);
  });

  test("say at what the model's weights were read, where it was not as they are stored", async () => {
    const [given] = fc.sample(settings, 1);
    if (given === undefined) throw new Error("no sample");
    const written = async (weights?: readonly WeightsRead[]) =>
      await withSettings(new Blob([plain]), given, { model: "mini", ...(weights && { weights }) });
    for (const weights of [["q8"], ["stored", "q8", "q4"]] as const) {
      const png = await written(weights);
      expect(await settingsIn(png)).toMatchObject({ settings: given, left: [], weights });
      const parameters = (await readTexts(readChunks(new Uint8Array(await png.arrayBuffer())))).get("parameters") ?? "";
      expect(fromParameters(parameters)?.left).toEqual(expect.arrayContaining([`weights ${weights.join(", ")}`]));
    }
    expect(await settingsIn(await written())).not.toHaveProperty("weights");
    const strange = { version: 1, settings: given, weights: ["q2", 7, null] };
    expect(await settingsIn(pngWith(textChunk("cascade-settings", JSON.stringify(strange))))).not.toHaveProperty("weights");
  });

  test("of a newer version, or broken, are not guessed at", async () => {
    await expect(settingsIn(pngWith(textChunk("cascade-settings", '{"version":2}')))).rejects.toMatchObject({ code: "bad-settings" });
    await expect(settingsIn(pngWith(textChunk("cascade-settings", "{")))).rejects.toMatchObject({ code: "bad-settings" });
  });
});

describe("A1111's parameters", () => {
  const line = fc.string({ unit: "grapheme-ascii" }).map((text) => text.replace(/[\r\n]/g, " ").trim());
  test("round trip for prompts of a line", () => {
    fc.assert(
      fc.property(settings, line, line, (given, prompt, negativePrompt) => {
        fc.pre(!prompt.startsWith("Negative prompt:"));
        const restored = fromParameters(toParameters({ ...given, prompt, negativePrompt }, { model: "a model, with: a comma" }));
        expect(restored?.settings).toMatchObject({
          prompt,
          negativePrompt,
          width: given.width,
          height: given.height,
          seed: given.seed,
          stageC: { steps: given.stageC.steps, guidance: given.stageC.guidance },
          stageB: { steps: given.stageB.steps, guidance: given.stageB.guidance },
        });
      }),
    );
  });

  test("of A1111 itself: what can't be had here is named", async () => {
    const text = `a (red:1.2) fox,
in snow
Negative prompt: blurry,
ugly
Steps: 25, Sampler: Euler a, CFG scale: 7.5, Seed: 123, Size: 768x512, Model hash: 1234, Model: dreams, Lora hashes: "a: 1, b: 2"`;
    expect(await settingsIn(pngWith(textChunk("parameters", text)))).toEqual({
      source: "A1111",
      settings: {
        prompt: "a (red:1.2) fox,\nin snow",
        negativePrompt: "blurry,\nugly",
        width: 768,
        height: 512,
        seed: 123,
        stageC: { steps: 25, guidance: 7.5 },
        stageB: {},
      },
      left: ["sampler Euler a", "model dreams", "lora hashes a: 1, b: 2"],
    });
  });

  test("in compressed text", async () => {
    const text = "ein Fuß\nSteps: 4, Seed: 5, Size: 128x128";
    const body = new Blob([Uint8Array.from(text, (c) => c.charCodeAt(0))]).stream().pipeThrough(new CompressionStream("deflate"));
    const packed = new Uint8Array(await new Response(body).arrayBuffer());
    const data = Uint8Array.from([...new TextEncoder().encode("parameters"), 0, 0, ...packed]);
    expect((await settingsIn(pngWith({ type: "zTXt", data }))).settings).toMatchObject({ prompt: "ein Fuß", seed: 5 });
  });
});

describe("ComfyUI's graph", () => {
  const graph = {
    "1": { class_type: "CheckpointLoaderSimple", inputs: { ckpt_name: "stage_c.safetensors" } },
    "2": { class_type: "CLIPTextEncode", inputs: { text: "a fox", clip: ["1", 1] } },
    "3": { class_type: "CLIPTextEncode", inputs: { text: "blurry", clip: ["1", 1] } },
    "4": { class_type: "StableCascade_EmptyLatentImage", inputs: { width: 1024, height: 768, compression: 42, batch_size: 1 } },
    "5": {
      class_type: "KSampler",
      inputs: {
        seed: 99,
        steps: 20,
        cfg: 4,
        sampler_name: "euler_ancestral",
        denoise: 1,
        model: ["1", 0],
        positive: ["2", 0],
        negative: ["3", 0],
        latent_image: ["4", 0],
      },
    },
    "6": { class_type: "StableCascade_StageB_Conditioning", inputs: { conditioning: ["2", 0], stage_c: ["5", 0] } },
    "7": {
      class_type: "KSampler",
      inputs: { seed: 1, steps: 10, cfg: 1.1, sampler_name: "euler", positive: ["6", 0], negative: ["3", 0], latent_image: ["4", 1] },
    },
  };

  test("of Stable Cascade gives both stages", async () => {
    const png = pngWith(textChunk("prompt", JSON.stringify(graph)), textChunk("workflow", "{}"));
    expect(await settingsIn(png)).toEqual({
      source: "ComfyUI",
      settings: {
        prompt: "a fox",
        negativePrompt: "blurry",
        width: 1024,
        height: 768,
        seed: 99,
        stageC: { steps: 20, guidance: 4 },
        stageB: { steps: 10, guidance: 1.1 },
      },
      left: ["sampler euler_ancestral", "sampler euler", "node CheckpointLoaderSimple (stage_c.safetensors)"],
    });
  });

  test("with a seed of 64 bits, a loop or no sampler says what is missing", async () => {
    const [looped, big] = [structuredClone(graph), structuredClone(graph)];
    Object.assign(looped["2"].inputs, { text: ["2", 0] });
    expect((await settingsIn(pngWith(textChunk("prompt", JSON.stringify(looped))))).settings.prompt).toBeUndefined();
    big["5"].inputs.seed = 2 ** 53;
    const restored = await settingsIn(pngWith(textChunk("prompt", JSON.stringify(big))));
    expect(restored.settings.seed).toBeUndefined();
    expect(restored.left[0]).toMatch(/^seed 9007199254740992/);
    expect((await settingsIn(pngWith(textChunk("prompt", "{}")))).left).toEqual(["a graph without a KSampler node"]);
    await expect(settingsIn(pngWith(textChunk("workflow", "{}")))).rejects.toThrow("ComfyUI workflow");
  });
});

test("InvokeAI's metadata", async () => {
  const metadata = {
    positive_prompt: "ein Füchslein 狐",
    negative_prompt: null,
    width: 896,
    height: 1152,
    seed: 7,
    cfg_scale: 5.5,
    steps: 30,
    scheduler: "euler",
    model: { name: "sdxl", key: "x" },
    loras: [{ model: {} }, { model: {} }],
  };
  expect(await settingsIn(pngWith(internationalChunk("invokeai_metadata", JSON.stringify(metadata))))).toEqual({
    source: "InvokeAI",
    settings: { prompt: "ein Füchslein 狐", width: 896, height: 1152, seed: 7, stageC: { steps: 30, guidance: 5.5 } },
    left: ["model sdxl", "scheduler euler", "2 LoRAs"],
  });
});

describe("PNG chunks", () => {
  test("have the specification's checksum", () => {
    expect(crc32(new TextEncoder().encode("IEND"))).toBe(0xae426082);
    expect(writeChunks(readChunks(plain))).toEqual(plain);
  });

  test("of any bytes end in an answer or a sentence", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), fc.nat(plain.length), async (noise, at) => {
        const file = Uint8Array.from([...plain.subarray(0, at), ...noise]);
        await expect(settingsIn(new Blob([file]))).rejects.toMatchObject({ code: "bad-settings" });
      }),
    );
  });

  test("without settings", async () => {
    await expect(settingsIn(new Blob([plain]))).rejects.toThrow("carries no settings");
    await expect(settingsIn(new Blob(["GIF89a"]))).rejects.toThrow("not a PNG");
  });
});
