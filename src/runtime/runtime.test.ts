import { beforeAll, describe, expect, it, vi } from "vitest";
import { cosine } from "../../fixtures/golden.ts";
import { smallCascade } from "../../fixtures/small-cascade.ts";
import { lowerPart } from "../convert/lower/lower-part.ts";
import type { CascadeManifest, FewerBits, PrecisionName } from "../shared/manifest.ts";
import { parseManifest } from "../shared/parse-manifest.ts";
import { Engine } from "./engine.ts";
import { fewerBits } from "./fewer-bits.ts";
import { loadOrtForNode } from "./ort-node.ts";
import { createRuntime, type LowerPart, type RuntimeOptions } from "./runtime.ts";
import type { ModelFolder } from "./types.ts";

const about = { backend: "wasm", reason: "a test" } as const;
let folder: ModelFolder;
let manifest: CascadeManifest;

beforeAll(async () => {
  folder = await smallCascade();
  manifest = parseManifest(await (await folder.read("cascade.json")).text());
});

/** A runtime whose sessions are counted; `files`: where its model's files come from. */
async function counted(options: Partial<RuntimeOptions> = {}, files: ModelFolder = folder, of: CascadeManifest = manifest) {
  const engine = Engine.onWasm(await loadOrtForNode());
  const made = vi.spyOn(engine, "createSession");
  return { runtime: createRuntime(engine, files, of, { ...about, ...options }), made };
}

/** The manifest of a model too large to stay, or of another size: what is declared decides, not what is read. */
function large(megabytes = 600): CascadeManifest {
  const { "stage-b": part } = manifest.parts;
  const data = part.data.map((entry) => ({ ...entry, size: megabytes * 2 ** 20 }));
  return { ...manifest, parts: { ...manifest.parts, "stage-b": { ...part, data } } };
}

/** A folder whose reads of one file wait until `go`. */
function slow(file: string) {
  let go = (): void => {};
  const gone = new Promise<void>((resolve) => {
    go = resolve;
  });
  let begin = (): void => {};
  const reading = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const files: ModelFolder = {
    async read(name) {
      if (name === file) {
        begin();
        await gone;
      }
      return await folder.read(name);
    },
  };
  return { files, go, reading };
}

describe("parts opened before they are asked for", () => {
  it("are what is given out later: no session is made twice", async () => {
    const { runtime, made } = await counted();
    await runtime.prepare("stage-a");
    expect(made).toHaveBeenCalledTimes(1);
    await (await runtime.open("stage-a")).release();
    await (await runtime.open("stage-a")).release();
    expect(made).toHaveBeenCalledTimes(1);
    await runtime.dispose();
  });

  it("are taken over while they are still being opened", async () => {
    const { files, go, reading } = slow("stage-a.onnx.data");
    const { runtime, made } = await counted({}, files);
    const prepared = runtime.prepare("stage-a");
    await reading;
    const opened = runtime.open("stage-a");
    go();
    await Promise.all([prepared, opened]);
    expect(made).toHaveBeenCalledTimes(1);
    await runtime.dispose();
  });

  it("go on being opened for the next picture where the one that waits for them is cancelled", async () => {
    const { files, go, reading } = slow("stage-a.onnx.data");
    const { runtime, made } = await counted({}, files);
    const prepared = runtime.prepare("stage-a");
    await reading;
    const abort = new AbortController();
    const opened = runtime.open("stage-a", abort.signal);
    abort.abort();
    await expect(opened).rejects.toMatchObject({ code: "aborted" });
    go();
    await prepared;
    await runtime.open("stage-a");
    expect(made).toHaveBeenCalledTimes(1);
    await runtime.dispose();
  });

  it("are none of a model that does not stay loaded, nor where memory is short", async () => {
    for (const { runtime, made } of [await counted({}, folder, large()), await counted({ tight: true })]) {
      await runtime.prepare("text-encoder");
      expect(made).not.toHaveBeenCalled();
      await runtime.dispose();
    }
  });

  it("that failed are opened anew when they are asked for, and the failure is told then", async () => {
    let broken = true;
    const files: ModelFolder = { read: async (name) => (broken && name === "stage-a.onnx.data" ? new Blob() : await folder.read(name)) };
    const { runtime } = await counted({}, files);
    await expect(runtime.prepare("stage-a")).rejects.toMatchObject({ code: "bad-model" });
    await expect(runtime.open("stage-a")).rejects.toMatchObject({ code: "bad-model" });
    broken = false;
    await (await runtime.open("stage-a")).release();
    await runtime.dispose();
  });
});

describe("a part that the GPU can't open", () => {
  /** A runtime that takes its engine for a GPU's, on which every session fails; what was asked of it. */
  async function onBrokenGpu() {
    const engine = Engine.onWasm(await loadOrtForNode());
    vi.spyOn(engine, "isProcessor", "get").mockReturnValue(false);
    const create = engine.createSession.bind(engine);
    const asked: string[] = [];
    vi.spyOn(engine, "createSession").mockImplementation(async (file, external, options = {}) => {
      asked.push(options.onProcessor ? "processor" : options.inParts ? "in-parts" : "direct");
      if (options.onProcessor) return await create(file, external, options);
      throw new Error("no kernel");
    });
    return { runtime: createRuntime(engine, folder, manifest, { ...about, backend: "webgpu" }), asked };
  }

  it("is opened on the processor, which says instead of what", async () => {
    const { runtime, asked } = await onBrokenGpu();
    const { form, insteadOf } = await runtime.open("text-encoder");
    expect([form, insteadOf]).toEqual(["processor", "in-parts"]);
    expect(asked).toEqual(["direct", "in-parts", "processor"]);
    await runtime.dispose();
  });

  it("is not tried with attention in parts where it has none", async () => {
    const { runtime, asked } = await onBrokenGpu();
    expect((await runtime.open("stage-a")).insteadOf).toBe("direct");
    expect(asked).toEqual(["direct", "processor"]);
    await runtime.dispose();
  });

  it("is none to prepare", async () => {
    const { runtime, asked } = await onBrokenGpu();
    await expect(runtime.prepare("stage-a")).rejects.toThrow("no kernel");
    expect(asked).toEqual(["direct"]);
    await runtime.dispose();
  });

  it("is not opened again in a form to be avoided", async () => {
    const { runtime, asked } = await onBrokenGpu();
    runtime.avoid("stage-a", "direct");
    expect((await runtime.open("stage-a")).form).toBe("processor");
    expect(await runtime.openSlower("stage-a", "processor")).toBeUndefined();
    expect(asked).toEqual(["processor"]);
    await runtime.dispose();
  });
});

it("networks are run ahead of a small model that stays loaded alone", async () => {
  const runsAhead = async (of: CascadeManifest, options?: Partial<RuntimeOptions>) => {
    const { runtime } = await counted(options, folder, of);
    await runtime.dispose();
    return runtime.runsAhead;
  };
  expect(await runsAhead(manifest)).toBe(true);
  expect(await runsAhead(manifest, { tight: true })).toBe(false);
  expect([await runsAhead(large(10)), await runsAhead(large(64)), await runsAhead(large())]).toEqual([true, false, false]);
});

describe("parts at fewer bits", () => {
  const ids = {
    data: BigInt64Array.from({ length: 77 }, (_, i) => BigInt(i === 0 ? 49406 : i < 9 ? 300 + i : 49407)),
    dims: [1, 77],
  };
  const inputs = { input_ids: ids, attention_mask: { data: new BigInt64Array(77).fill(1n), dims: [1, 77] } };
  const lowerTo = (precision: FewerBits): Pick<RuntimeOptions, "lower"> => ({
    lower: { to: precision, by: lowerPart },
  });
  const encoded = async (files: ModelFolder, options: Partial<RuntimeOptions>) => {
    const of = parseManifest(await (await files.read("cascade.json")).text());
    const { runtime } = await counted({ tight: true, ...options }, files, of);
    const network = await runtime.open("text-encoder");
    const outputs = await network.run(inputs);
    await runtime.dispose();
    return outputs;
  };

  it("are opened so, and compute what a model converted at these bits does", async () => {
    const expected = await encoded(await smallCascade("q8"), {});
    const stored = await encoded(folder, {});
    const lowered = await encoded(folder, lowerTo("q8"));
    const pooled = (outputs: typeof stored) => outputs.clip_text_pooled?.data ?? new Float32Array();
    expect(cosine(pooled(lowered), pooled(expected))).toBeGreaterThan(0.999999);
    expect(pooled(lowered)).not.toEqual(pooled(stored));
  });

  it("are told once a part has them", async () => {
    const { runtime } = await counted({ tight: true, ...lowerTo("q8") });
    const stages: (FewerBits | undefined)[] = [];
    for (const part of ["stage-a", "text-encoder", "stage-a"] as const) {
      await (await runtime.open(part)).release();
      stages.push(runtime.lowered);
    }
    expect(stages).toEqual([undefined, "q8", "q8"]);
    await runtime.dispose();
  });

  it("are as stored where they can't be lowered", async () => {
    expect(await encoded(folder, { lower: { to: "q8", by: () => undefined } })).toEqual(await encoded(folder, {}));
  });

  describe("are offered", () => {
    const offered = async (precision: PrecisionName, lower: LowerPart = lowerPart, files = folder) => {
      const read: string[] = [];
      const noted: ModelFolder = {
        read(file) {
          read.push(file);
          return files.read(file);
        },
      };
      const possible = await fewerBits(noted, { ...large(), precision }, lower);
      expect(read.filter((file) => !file.endsWith(".onnx"))).toEqual([]);
      return possible;
    };

    it("of a model too large to stay loaded, below what it is stored at", async () => {
      expect(await fewerBits(folder, manifest, lowerPart)).toEqual([]);
      expect(await offered("f32")).toEqual(["q8", "q4"]);
      expect(await offered("q8", lowerPart, await smallCascade("q8"))).toEqual(["q4"]);
      expect(await offered("q4")).toEqual([]);
    });

    it("where some part gets smaller, not where all graphs are of other builders", async () => {
      expect(await offered("f32", (name, ...part) => (name === "stage-b" ? lowerPart(name, ...part) : undefined))).toEqual(["q8", "q4"]);
      expect(await offered("f32", (name, config, part, to) => (to === "q4" ? lowerPart(name, config, part, to) : undefined))).toEqual([
        "q4",
      ]);
      const foreign: ModelFolder = {
        async read(file) {
          const blob = await folder.read(file);
          // A field of its own at the end, as another producer may write.
          return file.endsWith(".onnx") ? new Blob([blob, Uint8Array.of(0x6a, 0)]) : blob;
        },
      };
      expect(await offered("f32", lowerPart, foreign)).toEqual([]);
    });
  });
});
