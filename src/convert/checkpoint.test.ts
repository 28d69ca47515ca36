import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { fixtureBytes, fixtureTensors, serialize, type Tensors, toOfficial, withPrefix } from "../../fixtures/checkpoints.ts";
import type { PartName } from "../shared/manifest.ts";
import { sizeOf } from "../shared/tensor.ts";
import { blobSource } from "./byte-source.ts";
import { openCheckpoint } from "./checkpoint.ts";
import { configOf } from "./config.ts";
import { widen } from "./kernel/kernel.ts";

const prior = fixtureTensors("prior/diffusion_pytorch_model.safetensors");
const decoder = fixtureTensors("decoder/diffusion_pytorch_model.safetensors");
const vqgan = fixtureTensors("vqgan/diffusion_pytorch_model.safetensors");
const text = fixtureTensors("text_encoder/model.safetensors");

const open = (part: PartName, tensors: Tensors, name = "file.safetensors") =>
  openCheckpoint(part, [blobSource(new Blob([serialize(tensors)]), name)]);
const config = (folder: string): Record<string, unknown> => JSON.parse(new TextDecoder().decode(fixtureBytes(`${folder}/config.json`)));

/** A hash of each tensor's numbers by canonical key. */
async function numbers(part: PartName, tensors: Tensors): Promise<Map<string, string>> {
  const checkpoint = await open(part, tensors);
  const all = new Map<string, string>();
  for (const [key, shape] of [...checkpoint.shapes].sort()) {
    if (key.endsWith("num_batches_tracked")) continue;
    all.set(
      key,
      createHash("sha256")
        .update(widen(await checkpoint.read(key, 0, sizeOf(shape))))
        .digest("hex"),
    );
  }
  return all;
}

describe("layouts", () => {
  it.each([
    ["stage-c", prior, "diffusers"],
    ["stage-b", decoder, "diffusers"],
    ["stage-a", vqgan, "diffusers"],
    ["text-encoder", text, "diffusers"],
    ["stage-c", toOfficial(prior), "official"],
    ["stage-b", toOfficial(decoder), "official"],
    ["stage-c", withPrefix(toOfficial(prior), "model.diffusion_model."), "comfyui"],
    ["stage-b", withPrefix(toOfficial(decoder), "model.diffusion_model."), "comfyui"],
    ["stage-a", withPrefix(vqgan, "vae."), "comfyui"],
    ["text-encoder", withPrefix(text, "text_encoder."), "comfyui"],
  ] as const)("recognises %s (%#)", async (part, tensors, layout) => {
    expect((await open(part, tensors)).layout).toBe(layout);
  });

  it.each([
    ["stage-c", prior],
    ["stage-b", decoder],
  ] as const)("gives the same numbers under the same keys for %s in all layouts", async (part, tensors) => {
    const expected = await numbers(part, tensors);
    expect(await numbers(part, toOfficial(tensors))).toEqual(expected);
    expect(await numbers(part, withPrefix(toOfficial(tensors), "model.diffusion_model."))).toEqual(expected);
    // As ComfyUI saves them itself: split, but under the official module.
    const resaved = new Map(
      [...tensors].map(([key, tensor]) => [
        key.replace(".attention.to_", ".attention.attn.to_").replace("attn.to_out.0", "attn.out_proj"),
        tensor,
      ]),
    );
    expect(await numbers(part, withPrefix(resaved, "model.diffusion_model."))).toEqual(expected);
  });

  it("finds each part in an all-in-one file", async () => {
    const all = new Map([
      ...withPrefix(toOfficial(prior), "model.diffusion_model."),
      ...withPrefix(text, "text_encoder."),
      ...withPrefix(vqgan, "vae."),
    ]);
    expect(await numbers("stage-c", all)).toEqual(await numbers("stage-c", prior));
    expect(await numbers("text-encoder", all)).toEqual(await numbers("text-encoder", text));
    expect(await numbers("stage-a", all)).toEqual(await numbers("stage-a", vqgan));
  });

  it("reads open_clip's transposed text projection", async () => {
    const transposed = new Map(withPrefix(text, "text_encoder.clip_g.transformer."));
    const key = "text_encoder.clip_g.transformer.text_projection.weight";
    const projection = transposed.get(key);
    if (projection === undefined) throw new Error("no projection");
    transposed.delete(key);
    const [rows = 0, columns = 0] = projection.shape;
    const from = new Uint16Array(projection.bytes.buffer);
    const to = Uint16Array.from(from, (_, i) => from[(i % rows) * columns + Math.floor(i / rows)] ?? 0);
    transposed.set("text_encoder.clip_g.text_projection", { dtype: "F16", shape: [columns, rows], bytes: new Uint8Array(to.buffer) });
    expect(await numbers("text-encoder", transposed)).toEqual(await numbers("text-encoder", text));
  });

  it("joins shards", async () => {
    const entries = [...prior];
    const shards = [entries.slice(0, 40), entries.slice(40)].map((some, i) =>
      blobSource(new Blob([serialize(new Map(some))]), `${i}.safetensors`),
    );
    const checkpoint = await openCheckpoint("stage-c", shards);
    expect([...checkpoint.shapes.keys()].sort()).toEqual([...prior.keys()].sort());
    expect(checkpoint.name).toBe("0.safetensors (and 1 more)");
  });

  it("says what a file holds instead, or that it is nothing known", async () => {
    await expect(open("stage-c", decoder, "b.safetensors")).rejects.toThrow("b.safetensors holds Stage B, not Stage C.");
    await expect(open("stage-a", new Map())).rejects.toThrow(
      "file.safetensors is not Stage A in a known layout (official, diffusers or ComfyUI): it holds no tensors at all.",
    );
    await expect(open("stage-b", withPrefix(decoder, "net."))).rejects.toThrow('it holds tensors called "net.');
  });

  it("refuses two tensors of one meaning, and fused attention that can't be split", async () => {
    await expect(open("stage-c", new Map([...prior, ...toOfficial(prior)]))).rejects.toThrow(/has tensor "down_blocks.*" twice/);
    const odd = new Map(toOfficial(prior));
    odd.set("down_blocks.0.2.attention.attn.in_proj_bias", { dtype: "F32", shape: [191], bytes: new Uint8Array(4 * 191) });
    await expect(open("stage-c", odd)).rejects.toThrow(
      '"down_blocks.0.2.attention.attn.in_proj_bias" has 191 rows, which three projections can\'t share.',
    );
  });
});

describe("configuration from tensors", () => {
  it.each([
    ["stage-c", prior, "prior"],
    ["stage-b", decoder, "decoder"],
    ["stage-a", vqgan, "vqgan"],
    ["text-encoder", text, "text_encoder"],
  ] as const)("is what config.json says for %s", async (part, tensors, folder) => {
    const checkpoint = await open(part, tensors);
    const inferred = configOf(checkpoint);
    expect(configOf(checkpoint, config(folder)).config).toEqual(inferred.config);
  });

  it("takes from config.json what tensors don't show, and says what is assumed without it", async () => {
    const checkpoint = await open("stage-c", toOfficial(prior));
    expect(configOf(checkpoint).notes.join(" ")).toMatch(/32 channels a head are assumed.*switch_level false/);
    const given = configOf(checkpoint, { ...config("prior"), num_attention_heads: [4, 4], switch_level: [true] });
    expect(given.config).toMatchObject({ num_attention_heads: [4, 4], switch_level: [true] });
    expect(given.notes).toEqual([]);
  });

  it("refuses a config.json of another network, which could ask for blocks without end", async () => {
    const checkpoint = await open("stage-c", prior);
    expect(() => configOf(checkpoint, { ...config("prior"), down_num_layers_per_block: [1, 1e9] })).toThrow(
      "The configuration beside file.safetensors says down_num_layers_per_block [1,1000000000], but its tensors show [1,2].",
    );
    // The text encoder's, in the same folder: not this part's.
    expect(configOf(checkpoint, config("text_encoder"))).toEqual(configOf(checkpoint));
  });
});
