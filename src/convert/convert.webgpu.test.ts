import { expect, test } from "vitest";
import { filesOf, parseManifest } from "../shared/parse-manifest.ts";
import { type ByteSource, blobSource } from "./byte-source.ts";
import { convert } from "./convert.ts";
import { memoryFolder } from "./output-folder.ts";
import { urlSource } from "./url-source.ts";

const fixture = (path: string): string => `/fixtures/checkpoints/${path}`;

async function file(path: string): Promise<ByteSource> {
  const response = await fetch(fixture(path));
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return blobSource(await response.blob(), path.split("/").at(-1) ?? path);
}

test("a browser converts a whole model to the bytes its hashes say", async () => {
  const diffusers = async (folder: string, weights = "diffusion_pytorch_model") => [
    await file(`${folder}/${weights}.safetensors`),
    await file(`${folder}/config.json`),
  ];
  const parts = {
    "text-encoder": await diffusers("text_encoder", "model"),
    "stage-c": await diffusers("prior"),
    "stage-b": await diffusers("decoder"),
    "stage-a": await diffusers("vqgan"),
    previewer: [await file("previewer.safetensors")],
  };
  const tokenizer = [blobSource(new Blob(['{"model": {}}']), "tokenizer.json")];
  const folder = memoryFolder();
  for await (const _ of convert({ name: "small", precision: "q4", parts, tokenizer }, folder));
  const entries = filesOf(parseManifest(new TextDecoder().decode(folder.files.get("cascade.json"))));
  expect(entries.length).toBe(11);
  for (const { file, sha256 } of entries) {
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", folder.files.get(file) ?? new Uint8Array()));
    expect([file, [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("")]).toEqual([file, sha256]);
  }
});

test("a source that is a URL gives what the file gives", async () => {
  const { size, read } = await file("previewer.safetensors");
  const whole = await read(0, size);
  // The development server answers no ranges; this does, as model hosts do.
  const ranged: typeof fetch = async (_, init) => {
    const [, from = 0, to = 0] = /(\d+)-(\d+)/.exec(new Headers(init?.headers).get("Range") ?? "")?.map(Number) ?? [];
    return new Response(whole.slice(from, to + 1), { status: 206, headers: { "Content-Range": `bytes ${from}-${to}/${whole.length}` } });
  };
  const run = async (source: ByteSource) => {
    const folder = memoryFolder();
    for await (const _ of convert({ name: "x", precision: "f16", parts: { previewer: [source] } }, folder));
    return folder.files;
  };
  const url = fixture("previewer.safetensors");
  expect(await run(await urlSource(url, { fetch: ranged }))).toEqual(await run(blobSource(new Blob([whole]), "previewer.safetensors")));
});
