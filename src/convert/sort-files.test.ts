import { makeZip } from "client-zip";
import { describe, expect, test } from "vitest";
import { fixtureBytes, fixtureTensors, serialize, type Tensors, toOfficial, withPrefix } from "../../fixtures/checkpoints.ts";
import { type DroppedFile, sortFiles } from "./sort-files.ts";

const at = (path: string, content: Uint8Array<ArrayBuffer> | string): DroppedFile => ({
  path,
  file: new File([content], path.split("/").at(-1) ?? path, { lastModified: 1 }),
});
const copied = (path: string, from = path): DroppedFile => at(path, fixtureBytes(from));
const weights = "diffusion_pytorch_model.safetensors";
const tensors = (folder: string): Tensors => fixtureTensors(`${folder}/${weights}`);
const text = fixtureTensors("text_encoder/model.safetensors");
/** The paths of what was found, by part. */
const paths = ({ parts }: Awaited<ReturnType<typeof sortFiles>>) =>
  Object.fromEntries(Object.entries(parts).map(([part, candidates]) => [part, candidates.map(({ path }) => path)]));

describe("the user's files", () => {
  test("in diffusers' folders are sorted with their configurations and tokenizer", async () => {
    const sorted = await sortFiles([
      ...["prior", "decoder", "vqgan"].flatMap((folder) => [copied(`${folder}/${weights}`), copied(`${folder}/config.json`)]),
      copied("text_encoder/model.safetensors"),
      copied("text_encoder/config.json"),
      at("tokenizer/tokenizer.json", "{}"),
      at("tokenizer/tokenizer_config.json", "{}"),
      at("model_index.json", "{}"),
    ]);
    expect(paths(sorted)).toEqual({
      "stage-c": [`prior/${weights}`],
      "stage-b": [`decoder/${weights}`],
      "stage-a": [`vqgan/${weights}`],
      "text-encoder": ["text_encoder/model.safetensors"],
    });
    expect(sorted.parts["stage-c"]?.[0]?.files.map(({ name }) => name)).toEqual([weights, "config.json"]);
    expect(sorted.parts["stage-c"]?.[0]).toMatchObject({ layout: "diffusers", bytes: fixtureBytes(`prior/${weights}`).length });
    expect(sorted.tokenizer.map(({ name }) => name)).toEqual(["tokenizer.json", "tokenizer_config.json"]);
    expect(sorted.problems).toEqual([]);
  });

  test("that are official ones, loose and by any name, are told by what is in them; what is missing is said", async () => {
    const sorted = await sortFiles([
      at("a.safetensors", serialize(toOfficial(tensors("prior")))),
      at("b.safetensors", serialize(toOfficial(tensors("decoder")))),
      at("config.json", "{}"),
    ]);
    expect(paths(sorted)).toEqual({ "stage-c": ["a.safetensors"], "stage-b": ["b.safetensors"] });
    // A loose config.json could be either's.
    expect(sorted.parts["stage-c"]?.[0]?.files.length).toBe(1);
    expect(sorted.problems).toEqual([
      { code: "missing", part: "text-encoder" },
      { code: "missing", part: "stage-a" },
      { code: "missing", part: "tokenizer" },
    ]);
  });

  test("of which two could be a part are both named, the plain one first", async () => {
    const c = serialize(toOfficial(tensors("prior")));
    const { parts, problems } = await sortFiles([at("stage_c.bf16.safetensors", c), at("stage_c.safetensors", c)]);
    expect(parts["stage-c"]?.map(({ path }) => path)).toEqual(["stage_c.safetensors", "stage_c.bf16.safetensors"]);
    expect(problems[0]).toEqual({ code: "several", part: "stage-c", paths: ["stage_c.safetensors", "stage_c.bf16.safetensors"] });
  });

  test("that hold several parts, as ComfyUI's do, come in each", async () => {
    const all = new Map([...withPrefix(toOfficial(tensors("prior")), "model.diffusion_model."), ...withPrefix(text, "text_encoder.")]);
    const other = new Map([
      ...withPrefix(toOfficial(tensors("decoder")), "model.diffusion_model."),
      ...withPrefix(tensors("vqgan"), "vae."),
    ]);
    const sorted = await sortFiles([
      at("stable_cascade_stage_c.safetensors", serialize(all)),
      at("stable_cascade_stage_b.safetensors", serialize(other)),
    ]);
    expect(paths(sorted)).toEqual({
      "stage-c": ["stable_cascade_stage_c.safetensors"],
      "text-encoder": ["stable_cascade_stage_c.safetensors"],
      "stage-b": ["stable_cascade_stage_b.safetensors"],
      "stage-a": ["stable_cascade_stage_b.safetensors"],
    });
    expect(sorted.parts["stage-c"]?.[0]?.files[0]).toBe(sorted.parts["text-encoder"]?.[0]?.files[0]);
  });

  test("in shards are one part; a shard that is not there is named", async () => {
    const entries = [...tensors("vqgan")];
    const half = entries.length >> 1;
    const shards = [entries.slice(0, half), entries.slice(half)].map((some) => new Map(some));
    const names = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"];
    const map = Object.fromEntries(shards.flatMap((shard, i) => [...shard.keys()].map((key) => [key, names[i]])));
    const index = at("vqgan/model.safetensors.index.json", JSON.stringify({ weight_map: map }));
    const files = shards.map((shard, i) => at(`vqgan/${names[i]}`, serialize(shard)));
    const sorted = await sortFiles([index, ...files]);
    expect(sorted.parts["stage-a"]?.[0]?.files.map(({ name }) => name)).toEqual([...names, "model.safetensors.index.json"]);
    const cut = await sortFiles([index, ...files.slice(0, 1)]);
    expect(cut.problems[0]).toEqual({
      code: "unreadable",
      path: "vqgan/model.safetensors.index.json",
      message: `model.safetensors.index.json names ${names[1]}, which is not beside it.`,
    });
  });

  test("that a converter wrote are known as a model", async () => {
    const sorted = await sortFiles([at("m/cascade.json", "{}"), at("m/stage-c.onnx", "x"), at("other/x.json", "{}")]);
    expect(sorted.converted?.map(({ name }) => name)).toEqual(["cascade.json", "stage-c.onnx"]);
  });

  test("in a zip are sorted as if they were beside it", async () => {
    const input = [
      ["m/cascade.json", "{}"],
      ["m/stage-c.onnx", "x"],
    ].map(([name = "", text = ""]) => ({ name, input: text }));
    const zip = new File([await new Response(makeZip(input)).arrayBuffer()], "m.zip");
    expect((await sortFiles([{ path: "m.zip", file: zip }])).converted?.map(({ name }) => name)).toEqual(["cascade.json", "stage-c.onnx"]);
    const cut = await sortFiles([{ path: "m.zip", file: new File([zip.slice(0, 50)], "m.zip") }]);
    expect(cut.problems[0]).toEqual({ code: "unreadable", path: "m.zip", message: "m.zip can't be read: it is cut short, or is no zip." });
  });

  test("in other formats are said to be; where none is of use each is named", async () => {
    const problemsOf = async (...files: DroppedFile[]) => (await sortFiles(files)).problems.filter(({ code }) => code !== "missing");
    const other = { code: "unreadable", path: "old/model.ckpt", message: expect.stringContaining("model.ckpt is in another format") };
    expect(await problemsOf(at("old/model.ckpt", "PK"), at("a.jpg", "x"))).toEqual([other, { code: "unused", path: "a.jpg" }]);
    // Beside weights that are, pictures and texts are nobody's concern.
    expect(await problemsOf(at("old/model.ckpt", "PK"), at("a.jpg", "x"), copied(`prior/${weights}`))).toEqual([other]);
  });

  test("that are cut short or of no use are said to be", async () => {
    const { problems } = await sortFiles([
      at("cut.safetensors", fixtureBytes(`prior/${weights}`).slice(0, 5000)),
      at("lora.safetensors", serialize(new Map([["lora.weight", { dtype: "F32", shape: [1], bytes: new Uint8Array(4) }]]))),
    ]);
    expect(problems.slice(0, 2)).toEqual([
      { code: "unreadable", path: "cut.safetensors", message: expect.stringContaining("cut.safetensors") },
      { code: "unused", path: "lora.safetensors" },
    ]);
  });
});
