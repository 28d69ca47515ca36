import { describe, expect, it } from "vitest";
import { messageOf } from "./errors.ts";
import type { CascadeManifest, Part } from "./manifest.ts";
import { filesOf, parseManifest } from "./parse-manifest.ts";

const entry = (file: string) => ({ file, size: 10, sha256: "0".repeat(64) });
const part = (name: string): Part => ({
  graph: entry(`${name}.onnx`),
  data: [entry(`${name}.onnx.data`)],
  config: { patch_size: 1 },
  parameters: 5,
  precision: { q4: 5 },
});
const sampling = { target: "v", sampler: "ddpm", steps: 20, guidance: 4, shift: 2, guidance_rescale: 0.7 } as const;
const manifest: CascadeManifest = {
  format: "cascade-onnx",
  version: 1,
  name: "mini",
  precision: "q4",
  parts: { "text-encoder": part("text-encoder"), "stage-c": part("stage-c"), "stage-b": part("stage-b"), "stage-a": part("stage-a") },
  tokenizer: { files: [entry("tokenizer.json")], max_length: 77 },
  latents: { stage_c: { channels: 16, compression: 42.67 }, stage_b: { channels: 4, per_stage_c: 10.67 }, granularity: 128 },
  sampling: { stage_c: sampling, stage_b: { ...sampling } },
};

/** The manifest with one value replaced, by its path. */
function changed(path: string, value: unknown): string {
  const copy = structuredClone(manifest) as unknown;
  const keys = path.split("/");
  const last = keys.pop() ?? "";
  let at = copy;
  for (const key of keys) at = Reflect.get(Object(at), key);
  Reflect.set(Object(at), last, value);
  return JSON.stringify(copy);
}

describe("cascade.json", () => {
  it("is read whole, with and without a previewer", () => {
    expect(parseManifest(JSON.stringify(manifest))).toEqual(manifest);
    const more = { ...manifest, parts: { ...manifest.parts, previewer: part("previewer") } };
    expect(parseManifest(JSON.stringify(more))).toEqual(more);
    expect(filesOf(more).map(({ file }) => file)).toContain("previewer.onnx.data");
  });

  it.each([
    ["format", "gguf", 'cascade.json: format is not "cascade-onnx"'],
    ["version", 2, "cascade.json: version is 2; this program reads version 1."],
    ["precision", "q3", 'cascade.json: precision is "q3", not one of q4, q8, f16, f32.'],
    ["parts/stage-b", undefined, "cascade.json: parts.stage-b is missing."],
    ["parts/stage-d", part("stage-d"), 'cascade.json: a name in parts is "stage-d", not one of'],
    [
      "parts/stage-c/graph/file",
      "../stage-c.onnx",
      'cascade.json: parts.stage-c.graph.file is "../stage-c.onnx", which is not a plain file name.',
    ],
    ["parts/stage-c/data/0/file", "a/b", "not a plain file name"],
    ["parts/stage-c/data/0/file", "a\\b", "not a plain file name"],
    ["parts/stage-c/data/0/file", ".hidden", "not a plain file name"],
    ["parts/stage-c/data/0/file", "C:x", "not a plain file name"],
    ["parts/stage-c/data/0/file", "a\u0000b", "not a plain file name"],
    ["parts/stage-c/data/0/file", "stage-b.onnx", 'cascade.json: parts name the file "stage-b.onnx" twice.'],
    ["parts/stage-c/data/0/file", "Stage-B.ONNX", 'name the file "stage-b.onnx" twice'],
    ["tokenizer/files/0/file", "cascade.json", 'name the file "cascade.json", which is kept for something else'],
    ["tokenizer/files/0/file", "job.json", 'name the file "job.json", which is kept'],
    ["parts/stage-c/data/0/file", "Journal.jsonl", 'name the file "journal.jsonl", which is kept'],
    ["parts/stage-c/data/0/file", "used", 'name the file "used", which is kept'],
    ["parts/stage-c/data/0/size", 2 ** 40, "parts.stage-c.data[0].size is 1099511627776, not a number from 0 to"],
    ["parts/stage-c/data/0/size", 1.5, "is 1.5, not a whole number"],
    ["parts/stage-c/data/0/sha256", "ABC", "is not 64 lower-case hex digits"],
    ["parts/stage-c/data", {}, "is not a list of at most 256 files"],
    ["latents/granularity", 0, "cascade.json: latents.granularity is 0"],
    ["sampling/stage_c/steps", "20", 'cascade.json: sampling.stage_c.steps is "20", not a number from 1 to 1000.'],
    ["sampling/stage_b/target", "noise", 'cascade.json: sampling.stage_b.target is "noise", not one of epsilon, x0, v.'],
  ])("is refused where %s is %j", (path, value, message) => {
    let said = "";
    try {
      parseManifest(changed(path, value));
    } catch (error) {
      expect(error).toMatchObject({ name: "CascadeError", code: "bad-model" });
      said = messageOf(error);
    }
    expect(said).toContain(message);
  });

  it("is refused where it is no JSON object", () => {
    expect(() => parseManifest("{")).toThrow("cascade.json is not JSON");
    expect(() => parseManifest("[]")).toThrow("cascade.json is not an object.");
  });
});
