import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Fault, REPOSITORY, startHubHost } from "../e2e/hub-host.ts";
import { fixtureBytes, fixtureTensors, serialize, toOfficial } from "../fixtures/checkpoints.ts";
import { officialModel } from "../src/catalogue/catalogue.ts";
import { parseManifest } from "../src/shared/parse-manifest.ts";
import { run } from "./convert.ts";

const fixtures = join(import.meta.dirname, "../fixtures/checkpoints");
let directory: string;
let lines: string[];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "cascade-command-"));
  await mkdir(join(directory, "tokenizer"));
  await writeFile(join(directory, "tokenizer/tokenizer.json"), fixtureBytes("tokenizer/tokenizer.json.gz"));
  await writeFile(
    join(directory, "sampling.json"),
    JSON.stringify({ stage_c: { target: "v", sampler: "ddpm", steps: 12, rescale: 0.7, shift: 1 }, stage_b: { steps: 6 } }),
  );
});
afterAll(() => rm(directory, { recursive: true }));

async function command(...args: string[]): Promise<void> {
  lines = [];
  await run(
    args,
    (line) => lines.push(line),
    () => {},
  );
}

/** Two folders hold the same files, to the byte. */
async function expectSame(one: string, other: string): Promise<void> {
  const names = await readdir(join(directory, one));
  expect(await readdir(join(directory, other))).toEqual(names);
  for (const name of names) {
    const [ours, theirs] = await Promise.all([one, other].map((folder) => readFile(join(directory, folder, name))));
    expect(theirs && ours?.equals(theirs), name).toBe(true);
  }
}

describe("npm run convert", () => {
  it("converts folders and files to a model with the sampling it was told", async () => {
    const out = join(directory, "out", "my-model");
    const parts = {
      "text-encoder": "text_encoder",
      "stage-c": "prior",
      "stage-b": "decoder/diffusion_pytorch_model.safetensors",
      "stage-a": "vqgan",
    };
    const args = Object.entries(parts).flatMap(([part, path]) => [`--${part}`, join(fixtures, path)]);
    args.push("--previewer", join(fixtures, "previewer.safetensors"), "--tokenizer", join(directory, "tokenizer"));
    await command(...args, "--sampling", join(directory, "sampling.json"), "--precision", "q8", "--out", out, "--plan");

    const manifest = parseManifest(await readFile(join(out, "cascade.json"), "utf8"));
    expect(manifest).toMatchObject({
      name: "my-model",
      sampling: {
        stage_c: { target: "v", sampler: "ddpm", steps: 12, guidance: 4, shift: 1, guidance_rescale: 0.7 },
        stage_b: { target: "epsilon", sampler: "ddpm-wuerstchen", steps: 6 },
      },
    });
    expect((await readdir(out)).some((name) => name.startsWith("."))).toBe(false);
    expect(lines.join("\n")).toMatch(/stage-b: diffusion_pytorch_model.safetensors \(diffusers layout\), 1.6 MB\n {2}f32 .* depthwise/);
  });

  it("gives the same bytes from a hub's files and folders, over a bad line", async () => {
    const paths = [
      "prior/diffusion_pytorch_model.safetensors",
      "prior/config.json",
      "vqgan/diffusion_pytorch_model.safetensors",
      "vqgan/config.json",
    ];
    const lost = ({ count }: { readonly count: number }): Fault => (count % 5 === 3 ? { kind: "cut", after: 1000 } : { kind: "none" });
    const hub = await startHubHost(new Map(paths.map((path) => [path, join(fixtures, path)])), { token: "secret", fault: lost });
    const convert = (name: string, stageC: string, stageA: string, ...more: string[]) =>
      command("--precision", "q4", "--stage-c", stageC, "--stage-a", stageA, "--out", join(directory, name), ...more);
    try {
      const folder = `${hub.url}/${REPOSITORY}/tree/main/prior`;
      await convert("from-hub", folder, hub.file("vqgan/diffusion_pytorch_model.safetensors"), "--token", "secret");
      await expect(convert("refused", folder, hub.file("vqgan/config.json"))).rejects.toThrow("needs an access token");
    } finally {
      await hub.close();
    }
    await convert("from-disk", join(fixtures, "prior"), join(fixtures, "vqgan"));
    await expectSame("from-hub", "from-disk");
  });

  it("finds the parts of a folder by what is in them, to the same bytes as when they are named", async () => {
    const folder = join(directory, "found");
    for (const name of ["prior", "decoder", "vqgan"]) await cp(join(fixtures, name), join(folder, name), { recursive: true });
    await cp(join(directory, "tokenizer"), join(folder, "tokenizer"), { recursive: true });
    const out = (name: string) => ["--precision", "q8", "--out", join(directory, name)];
    await command(...out("by-content"), "--from", folder, "--from", join(fixtures, "previewer.safetensors"));
    expect(lines).toContain("note: No file with a text encoder is among these files.");
    const named = { "stage-c": "prior", "stage-b": "decoder", "stage-a": "vqgan" };
    const parts = Object.entries(named).flatMap(([part, name]) => [`--${part}`, join(fixtures, name)]);
    parts.push("--tokenizer", join(directory, "tokenizer"), "--previewer", join(fixtures, "previewer.safetensors"));
    await command(...out("by-name"), ...parts);
    await expectSame("by-content", "by-name");
    await expect(command(...out("x"), "--from", join(import.meta.dirname, "../public/models/mini"))).rejects.toThrow("nothing to convert");
  });

  it("takes a published model from a mirror at its commit, once the licence is agreed to", async () => {
    const model = officialModel("lite", "full");
    const weights = (folder: string, file = "diffusion_pytorch_model.safetensors") => fixtureTensors(`${folder}/${file}`);
    const contents = new Map([
      ["stage_c_lite_bf16.safetensors", serialize(toOfficial(weights("prior")))],
      ["stage_b_bf16.safetensors", serialize(toOfficial(weights("decoder")))],
      ["stage_a.safetensors", serialize(weights("vqgan"))],
      ["text_encoder/model.bf16.safetensors", fixtureBytes("text_encoder/model.safetensors")],
      ["tokenizer/tokenizer.json", fixtureBytes("tokenizer/tokenizer.json.gz")],
      ["tokenizer/tokenizer_config.json", fixtureBytes("tokenizer/tokenizer_config.json")],
    ]);
    const hub = await startHubHost(contents, { commit: model.revision });
    const out = join(directory, "published");
    const args = ["--precision", "q4", "--out", out, "--model", model.id, "--base", hub.url];
    try {
      await expect(command(...args)).rejects.toThrow(/Non-Commercial.*add --agree/);
      expect(hub.requests).toEqual([]);
      await command(...args, "--agree");
    } finally {
      await hub.close();
    }
    expect(parseManifest(await readFile(join(out, "cascade.json"), "utf8"))).toMatchObject({ name: model.name, precision: "q4" });
  });

  it.each([
    [["--out", "x", "--precision", "q4", "--model", "huge"], "--model must be one of lite, lite-c-full-b, full-c-lite-b, full, not huge."],
    [["--out", "x", "--precision", "q4", "--model", "lite", "--from", "y"], "Give --from or --model, not both."],
    [["--precision", "q8"], "Say where the model goes with --out DIR."],
    [["--out", "x"], "--precision must be one of q4, q8, f16, f32, not left out."],
    [["--out", "x", "--precision", "q5"], "--precision must be one of q4, q8, f16, f32, not q5."],
    [["--out", "x", "--precision", "q4"], "Nothing to convert: name files with --from, or at least one of --text-encoder, --stage-c"],
    [["--out", "x", "--precision", "q4", "--stage-d", "y"], "Unknown option '--stage-d'"],
    [["--out", "x", "--precision", "q4", "--shard-mb", "big"], "--shard-mb must be a whole number of MiB, not big."],
    [["--out", "x", "--precision", "q4", "--stage-c", "/nowhere/c.safetensors"], "/nowhere/c.safetensors does not exist."],
  ])("%j is answered in one sentence", async (args, message) => {
    const failure = command(...args);
    await expect(failure).rejects.toMatchObject({ name: "CascadeError", message: expect.stringContaining(message) });
  });

  it.each([
    ["a file for the folder", "", "EEXIST"],
    ["a folder in a file", "inside", "EEXIST"],
  ])("says that %s can't be written to, and leaves the file as it is", async (_, inside, code) => {
    const file = join(directory, "a-file");
    await writeFile(file, "mine");
    const out = join(file, inside);
    await expect(command("--out", out, "--precision", "q8", "--stage-a", join(fixtures, "vqgan"))).rejects.toMatchObject({
      name: "CascadeError",
      message: expect.stringMatching(`^The model can't be written to .*a-file.*: ${code}`),
    });
    expect(await readFile(file, "utf8")).toBe("mine");
  });

  it.runIf(process.platform === "linux").each(["/proc/o", "/proc/o/deep", "/dev/null/o", "/sys/o"])(
    "says at once that no folder can be made at %s",
    async (out) => {
      await expect(command("--out", out, "--precision", "q8", "--stage-a", join(fixtures, "vqgan"))).rejects.toMatchObject({
        name: "CascadeError",
        message: expect.stringMatching(`^The model can't be written to ${out}: E[A-Z]+: .*mkdir '.*'\\.$`),
      });
    },
  );

  it("makes the folders above the model's, and leaves those that are there", async () => {
    const above = join(directory, "one", "two");
    const args = ["--precision", "q8", "--stage-a", join(fixtures, "vqgan")];
    for (const out of [join(above, "three"), above]) {
      await command(...args, "--out", out);
      expect(await readdir(out)).toContain("stage-a.onnx");
    }
  });

  it("says in one line what is wrong with a sampling file that is no JSON", async () => {
    const sampling = join(directory, "no.json");
    await writeFile(sampling, "hi\nthere");
    const args = ["--out", join(directory, "x"), "--precision", "q8", "--stage-a", join(fixtures, "vqgan"), "--sampling", sampling];
    await expect(command(...args)).rejects.toThrow(/^\S*no\.json can't be read as JSON: .+\.$/);
  });

  it("says which field of a sampling file is wrong", async () => {
    const sampling = join(directory, "wrong.json");
    await writeFile(sampling, JSON.stringify({ stage_c: { target: "noise" } }));
    const args = ["--out", join(directory, "x"), "--precision", "q8", "--stage-a", join(fixtures, "vqgan"), "--sampling", sampling];
    await expect(command(...args)).rejects.toThrow('wrong.json: stage_c.target is "noise", not one of epsilon, x0, v.');
  });

  it("takes a single file's configuration from the json beside it", async () => {
    const folder = join(directory, "single");
    await mkdir(folder);
    await cp(join(fixtures, "prior/diffusion_pytorch_model.safetensors"), join(folder, "stage_c.safetensors"));
    const config = JSON.parse(await readFile(join(fixtures, "prior/config.json"), "utf8"));
    await writeFile(join(folder, "stage_c.json"), JSON.stringify({ ...config, num_attention_heads: [4, 4] }));
    const args = ["--precision", "q8", "--stage-c", join(folder, "stage_c.safetensors")];
    await command(...args, "--out", join(directory, "four-heads"));
    expect(lines.filter((line) => line.startsWith("note: ") && line.includes("heads"))).toEqual([]);
    await rm(join(folder, "stage_c.json"));
    await command(...args, "--out", join(directory, "two-heads"));
    expect(lines).toContainEqual(expect.stringContaining("32 channels a head are assumed"));
    const graph = (name: string) => readFile(join(directory, name, "stage-c.onnx"));
    expect((await graph("four-heads")).equals(await graph("two-heads"))).toBe(false);
  });
});
