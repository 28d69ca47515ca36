import { createHash } from "node:crypto";
import { cp, mkdtemp, open, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { CascadeManifest, Part } from "../src/shared/manifest.ts";
import { run } from "./verify.ts";

let directory = "";
const bytes = new TextEncoder().encode("0123456789");
const sha256 = createHash("sha256").update(bytes).digest("hex");

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "verify-"));
  const entry = (file: string) => ({ file, size: bytes.length, sha256 });
  const part = (name: string): Part => ({ graph: entry(`${name}.onnx`), data: [], config: {}, parameters: 1, precision: {} });
  const stage = { target: "epsilon", sampler: "ddpm", steps: 1, guidance: 1, shift: 1, guidance_rescale: 0 } as const;
  const manifest: CascadeManifest = {
    format: "cascade-onnx",
    version: 1,
    name: "x",
    precision: "q8",
    parts: { "text-encoder": part("text-encoder"), "stage-c": part("stage-c"), "stage-b": part("stage-b"), "stage-a": part("stage-a") },
    tokenizer: { files: [], max_length: 77 },
    latents: { stage_c: { channels: 16, compression: 42 }, stage_b: { channels: 4, per_stage_c: 10 }, granularity: 128 },
    sampling: { stage_c: stage, stage_b: stage },
  };
  await writeFile(join(directory, "cascade.json"), JSON.stringify(manifest));
  for (const { graph } of Object.values(manifest.parts)) await writeFile(join(directory, graph.file), bytes);
});
afterAll(() => rm(directory, { recursive: true }));

async function verify(folder: string) {
  const lines: string[] = [];
  const failure = await run([folder], { report: (line) => void lines.push(line), progress: () => {} }).catch((error: unknown) => error);
  return { lines, failure };
}

test("a whole model is said to be whole", async () => {
  const { lines, failure } = await verify(directory);
  expect(failure).toBeUndefined();
  expect(lines).toEqual([expect.stringContaining("is whole")]);
});

test("each damaged file is named: a flipped byte, a cut, a missing file", async () => {
  const copy = await mkdtemp(join(tmpdir(), "verify-"));
  await cp(directory, copy, { recursive: true });
  const file = await open(join(copy, "stage-c.onnx"), "r+");
  await file.write("x", 3);
  await file.close();
  await writeFile(join(copy, "stage-b.onnx"), (await readFile(join(copy, "stage-b.onnx"))).subarray(1));
  await rm(join(copy, "stage-a.onnx"));
  const { lines, failure } = await verify(copy);
  expect(failure).toMatchObject({ code: "bad-model" });
  expect(lines).toEqual([
    expect.stringContaining("stage-c.onnx is damaged"),
    "stage-b.onnx has 9 bytes instead of 10.",
    expect.stringContaining("There is no stage-a.onnx"),
  ]);
  await rm(copy, { recursive: true });
});
