import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decode } from "fast-png";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { parseSafetensors, tensorOf } from "../fixtures/parse-safetensors.ts";
import { readSafetensors } from "../fixtures/read-safetensors.ts";
import { convertSmall } from "../fixtures/small-cascade.ts";
import { run } from "./generate.ts";
import { directoryFolder } from "./node-files.ts";

let folder: string;
let model: string;
let lines: string[];
const terminal = { report: (line: string) => lines.push(line), progress: () => {} };
/** Few steps and pixels. */
const quick = ["--width", "128", "--height", "128", "--prior-steps", "1", "--decoder-steps", "1"];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "cascade-generate-"));
  model = join(folder, "model");
  await convertSmall(await directoryFolder(model));
});
afterAll(() => rm(folder, { recursive: true }));
beforeEach(() => {
  lines = [];
});

const pictures = async () => (await readdir(folder)).filter((name) => name !== "model" && !name.endsWith(".jsonl"));

describe("npm run generate", () => {
  it("writes the reference's picture and latents", async () => {
    const [out, latents] = [join(folder, "apple.png"), join(folder, "apple.safetensors")];
    const size = ["--width", "256", "--height", "256", "--seed", "3"];
    const sampling = ["--prior-steps", "6", "--decoder-steps", "4", "--prior-guidance", "4", "--decoder-guidance", "0"];
    const sampler = ["--sampler", "ddpm-wuerstchen"];
    await run(["a red apple", "--out", out, "--save-latents", latents, "--model", model, ...size, ...sampling, ...sampler], terminal);
    expect(lines).toEqual([expect.stringMatching(/apple\.png is written \(\d+\.\d s\)\.$/)]);

    const golden = readSafetensors("cases/pipeline.safetensors");
    const { data, width, height, channels } = decode(await readFile(out));
    expect([width, height, channels]).toEqual([256, 256, 3]);
    const { data: expected } = tensorOf(golden, "case0.image");
    const plane = width * height;
    const sum = expected.reduce((sum, value, i) => sum + Math.abs((data[(i % plane) * 3 + Math.floor(i / plane)] ?? 999) - value * 255), 0);
    // Bytes against floats: rounding alone is 0.25 on average.
    expect(sum / expected.length).toBeLessThan(0.3);

    const saved = parseSafetensors(await readFile(latents));
    for (const [name, reference, tolerance] of [
      ["stage_c", "case0.image_embeddings", 3e-3],
      ["stage_b", "case0.latents", 6e-3],
    ] as const) {
      const [ours, theirs] = [tensorOf(saved, name), tensorOf(golden, reference)];
      expect(ours.dims).toEqual(theirs.dims);
      expect(Math.max(...ours.data.map((value, i) => Math.abs(value - (theirs.data[i] ?? 999))))).toBeLessThan(tolerance);
    }
  });

  it("makes a batch with one loaded model; a line says more than the command line", async () => {
    const batch = join(folder, "batch.jsonl");
    const of = (name: string, more: object) => JSON.stringify({ prompt: "a cat", out: join(folder, name), ...more });
    await writeFile(batch, `${of("one.png", { seed: 5 })}\n\n${of("two.png", {})}\n${of("three.png", { seed: 6 })}\n`);
    await run(["--batch", batch, "--model", model, "--seed", "5", ...quick], terminal);
    const [one, two, three] = await Promise.all(["one.png", "two.png", "three.png"].map((name) => readFile(join(folder, name))));
    expect(two).toEqual(one);
    expect(three).not.toEqual(one);
  });

  it.each<[string, string[], RegExp]>([
    ["no place for the picture", ["x"], /^Say where the picture goes with --out FILE\.png\.$/],
    ["another kind of picture", ["x", "--out", "x.jpg"], /^The picture is a PNG: --out must end in \.png, unlike x\.jpg\.$/],
    ["a prompt without quotes", ["a", "cat", "--out", "x.png"], /^Put the prompt in quotes: "cat" stands outside of it\./],
    ["an option there is not", ["x", "--steps", "3"], /^Unknown option '--steps' \(--help lists the options\)\.$/],
    ["an empty prompt", ["", "--out", "x.png"], /^The prompt is empty: /],
    ["a word for a number", ["x", "--out", "x.png", "--seed", "one"], /^--seed must be a number, not "one"\.$/],
    ["a negative seed", ["x", "--out", "x.png", "--seed", "-1"], /^The seed is -1, but must be a whole number from 0 to 4294967295\.$/],
    [
      "no step",
      ["x", "--out", "x.png", "--prior-steps", "0"],
      /^Stage C's number of steps is 0, but must be a whole number from 1 to 1000\.$/,
    ],
    ["no number of steps", ["x", "--out", "x.png", "--decoder-steps", "NaN"], /^--decoder-steps must be a number, not "NaN"\.$/],
    ["an option without its value", ["x", "--out", "--seed", "1"], /^--out needs a value, .* \(--help lists the options\)\.$/],
    ["a very long prompt", ["x".repeat(30_000), "--out", "x.png"], /^The prompt has 30000 characters, more than 20000: shorten it\.$/],
    ["latents that can't be written", ["x", "--out", "x.png", "--save-latents", "y".repeat(300)], /^y+ can't be written: ENAMETOOLONG/],
    ["no thread", ["x", "--out", "x.png", "--threads", "0"], /^--threads must be a whole number from 1 to 64, not "0"\.$/],
    ["half a thread", ["x", "--out", "x.png", "--threads", "1.5"], /^--threads must be a whole number from 1 to 64, not "1\.5"\.$/],
    [
      "a sampler there is not",
      ["x", "--out", "x.png", "--sampler", "euler"],
      /^--sampler must be one of ddpm-wuerstchen, ddpm, ddim, lcm, not euler\.$/,
    ],
    ["an impossible size", ["x", "--out", "x.png", "--width", "1000"], /^A width of 1000 pixels is not possible: .* 896 and 1024\.$/],
    ["a folder there is not", ["x", "--out", "/no/such/x.png"], /^The folder of \/no\/such\/x\.png does not exist: make it first\.$/],
    ["a folder in a file", ["x", "--out", `${import.meta.filename}/x.png`], /^The folder of .*x\.png does not exist: make it first\.$/],
    ["a model there is not", ["x", "--out", "x.png", "--model", "/no/such"], /^There is no cascade\.json in \/no\/such\.$/],
    ["a batch there is not", ["--batch", "/no/such.jsonl"], /^The batch \/no\/such\.jsonl can't be read: /],
  ])("refuses %s with one sentence", async (_, args, sentence) => {
    const before = await pictures();
    const given = args.includes("--model") ? args : [...args, "--model", model];
    await expect(run(given, terminal)).rejects.toMatchObject({ name: "CascadeError", message: expect.stringMatching(sentence) });
    expect(await pictures()).toEqual(before);
  });

  it.runIf(process.platform === "linux").each(["/proc/x.png", "/sys/x.png"])(
    "refuses %s, which nobody can write, before it draws",
    async (out) => {
      await expect(run(["a cat", "--out", out, "--model", model, ...quick], terminal)).rejects.toThrow(
        new RegExp(`^${out} can't be written: E[A-Z]+: `),
      );
    },
  );

  it("refuses a folder as the picture before it draws one", async () => {
    const out = join(folder, "model.png");
    await mkdir(out);
    await expect(run(["a cat", "--out", out, "--model", model, ...quick], terminal)).rejects.toThrow(
      /model\.png is a folder: name a file in it\.$/,
    );
    await rm(out, { recursive: true });
  });

  it("refuses a batch before its first picture where a line is wrong, and says which", async () => {
    const batch = join(folder, "wrong.jsonl");
    const good = JSON.stringify({ prompt: "a cat", out: join(folder, "never.png") });
    for (const [line, sentence] of [
      ["{", /wrong\.jsonl, line 2 is not JSON: /],
      ["[]", /wrong\.jsonl, line 2 is not an object\.$/],
      ['{"promt": "x"}', /wrong\.jsonl, line 2 has "promt"; known are prompt, out, /],
      ['{"prompt": "x", "out": "/no/such/x.png"}', /^The folder of \/no\/such\/x\.png does not exist/],
    ] as const) {
      await writeFile(batch, `${good}\n${line}\n`);
      await expect(run(["--batch", batch, "--model", model], terminal)).rejects.toThrow(sentence);
    }
    expect(await pictures()).not.toContain("never.png");
  });

  it("leaves nothing behind when it is interrupted", async () => {
    const out = join(folder, "interrupted.png");
    const abort = new AbortController();
    const interrupting = { ...terminal, progress: (line: string) => line.startsWith("stage-b") && abort.abort() };
    const drawing = run(
      ["a cat", "--out", out, "--save-latents", join(folder, "i.safetensors"), "--model", model, ...quick],
      interrupting,
      abort.signal,
    );
    await expect(drawing).rejects.toMatchObject({ code: "aborted" });
    expect((await pictures()).filter((name) => name.startsWith("i"))).toEqual([]);
  });
});
