import { afterEach, expect, test } from "vitest";
import { type HubHost, REPOSITORY, startHubHost } from "../../e2e/hub-host.ts";
import { hubAddress, hubRevision } from "./hub.ts";
import { UrlOpener } from "./url-opener.ts";

let hub: HubHost;
afterEach(() => hub?.close());
const text = (content: string) => new TextEncoder().encode(content);
const files = new Map([
  ["stage_c.safetensors", text("weights of C")],
  ["prior/config.json", text("{}")],
  ["prior/a.safetensors", text("weights of the prior")],
  ["prior/deep/b.safetensors", text("others")],
]);

test("addresses of a hub and of mirrors are read, others are not", () => {
  expect(
    hubAddress("https://huggingface.co/stabilityai/stable-cascade/resolve/main/text_encoder/model.bf16.safetensors?download=true"),
  ).toEqual({
    base: "https://huggingface.co",
    repository: "stabilityai/stable-cascade",
    revision: "main",
    path: "text_encoder/model.bf16.safetensors",
    folder: false,
  });
  expect(hubAddress("https://mirror.example/hub/a/b/tree/v1.0/prior/")).toMatchObject({
    base: "https://mirror.example/hub",
    path: "prior",
    folder: true,
  });
  expect(hubAddress("https://files.example/stage_c.safetensors")).toBeUndefined();
});

test("what a hub says of itself is asked for again where the answer was cut short", async () => {
  const commit = "c0ffee".padEnd(40, "0");
  let asked = 0;
  const send: typeof fetch = async () => {
    asked++;
    const cut = new ReadableStream({ start: (body) => body.error(new TypeError("network error")) });
    return asked === 1 ? new Response(cut) : Response.json({ sha: commit, siblings: [] });
  };
  const address = hubAddress("https://hub.example/a/b/resolve/main/c.safetensors");
  if (address === undefined) throw new Error("no address");
  expect(await hubRevision(address, { fetch: send, wait: async () => {} })).toEqual({ commit, files: [] });
  expect(asked).toBe(2);
  // A page in the place of an answer is none.
  expect(await hubRevision(address, { fetch: async () => new Response("<html>") })).toBeUndefined();
});

test("a hub's file is pinned to the commit, and its published hash compared", async () => {
  hub = await startHubHost(files, { hashHeaders: false });
  const urls = new UrlOpener();
  const source = await urls.open(hub.file("stage_c.safetensors"));
  expect(await urls.open(hub.file("stage_c.safetensors"))).toBe(source);
  expect(source.identity).toMatch(/^[0-9a-f]{64}$/);
  await source.read(0, 4);
  await urls.check();

  hub.set({ fault: () => ({ kind: "flip", at: 5 }) });
  const flipped = new UrlOpener();
  await flipped.open(hub.file("stage_c.safetensors"));
  await expect(flipped.check()).rejects.toThrow("stage_c.safetensors is not the file its host publishes");
});

test("a hub's folder gives its own files, a mirror without an API only a file", async () => {
  hub = await startHubHost(files);
  const folder = `${hub.url}/${REPOSITORY}/tree/main/prior`;
  expect((await new UrlOpener().openAll(folder)).map(({ name }) => name).sort()).toEqual(["a.safetensors", "config.json"]);
  expect((await new UrlOpener().openAll(hub.file("prior/a.safetensors"))).map(({ name }) => name)).toEqual([
    "a.safetensors",
    "config.json",
  ]);
  hub.set({ api: false });
  await expect(new UrlOpener().openAll(folder)).rejects.toThrow("can't be listed");
  const [alone] = await new UrlOpener().openAll(hub.file("prior/a.safetensors"));
  expect(await alone?.read(0, 7)).toEqual(text("weights"));
});
