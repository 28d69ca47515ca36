import { readFileSync } from "node:fs";
import { afterEach, expect, test, vi } from "vitest";
import { MemoryDirectory } from "../../../fixtures/memory-directory.ts";
import { modelStore } from "../../storage/model-store.ts";
import { hasUnfinished } from "./has-unfinished.ts";

afterEach(() => vi.unstubAllGlobals());

const manifest = readFileSync(new URL("../../../public/models/mini/cascade.json", import.meta.url));
const locks = { request: async <T>(_: string, __: object, work: (lock: unknown) => Promise<T>) => work({}), query: async () => ({}) };

test.each([
  ["no model", undefined, 0],
  ["a whole one", [manifest], 0],
  ["one without a manifest", [undefined], 1],
  ["one whose manifest is empty", [manifest, new Uint8Array()], 1],
  ["one whose manifest was cut", [manifest.subarray(0, 999)], 1],
] as const)("the page offers to go on where the store lists an unfinished model, and nowhere else: %s", async (_, models, unfinished) => {
  const root = new MemoryDirectory();
  vi.stubGlobal("navigator", { storage: { getDirectory: async () => root } });
  for (const [i, bytes] of models?.entries() ?? []) {
    const folder = await (await root.getDirectoryHandle("models", { create: true })).getDirectoryHandle(`m${i}`, { create: true });
    if (bytes !== undefined) (await folder.getFileHandle("cascade.json", { create: true })).bytes = new Uint8Array(bytes);
  }
  expect(await hasUnfinished()).toBe(unfinished > 0);
  const store = modelStore(await root.getDirectoryHandle("models", { create: true }), locks);
  expect(await store.unfinished()).toHaveLength(unfinished);
});

test("a browser without such storage has none", async () => {
  vi.stubGlobal("navigator", {});
  expect(await hasUnfinished()).toBe(false);
});
