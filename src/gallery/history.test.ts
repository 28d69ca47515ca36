import { expect, test } from "vitest";
import type { Settings } from "../pipeline/types.ts";
import { blobsAsBytes } from "./blobs-as-bytes.ts";
import { createHistory, type Estimate, type HistoryEntry, type KeyValues, search } from "./history.ts";

function memory(): KeyValues & { readonly map: Map<string, unknown> } {
  const map = new Map<string, unknown>();
  return {
    map,
    get: async (key) => map.get(key),
    set: async (key, value) => void map.set(key, value),
    delete: async (keys) => {
      for (const key of keys) map.delete(key);
    },
    entries: async () => [...map],
  };
}

const stage = { steps: 1, guidance: 1, sampler: "ddpm" as const };
const settings: Settings = { prompt: "", negativePrompt: "", width: 128, height: 128, seed: 1, stageC: stage, stageB: stage };
const entry = (id: string, prompt: string, made = 0): HistoryEntry => ({
  id,
  settings: { ...settings, prompt },
  model: "mini",
  made,
  seconds: 1,
  favourite: false,
  thumbnail: new Blob(["t"]),
});
const roomy = async (): Promise<Estimate> => ({ usage: 0, quota: 1e9 });

test("pictures are listed newest first, with their files, until they are deleted", async () => {
  const store = memory();
  const history = createHistory(store, roomy);
  await history.add(entry("a", "a fox", 1), new Blob(["fox"]));
  await history.add(entry("b", "a cat", 2), new Blob(["cat"]));
  expect((await history.list()).map(({ id }) => id)).toEqual(["b", "a"]);
  expect(await (await history.png("a"))?.text()).toBe("fox");
  await history.setFavourite(entry("a", "a fox", 1), true);
  expect((await history.list()).map(({ favourite }) => favourite)).toEqual([false, true]);
  await history.delete("a");
  expect(await history.png("a")).toBeUndefined();
  expect(store.map.size).toBe(2);
});

test("a store that refuses Blobs keeps their bytes, and gives Blobs back", async () => {
  const store = memory();
  const hasBlob = (value: unknown) => value instanceof Blob || Object.values(value ?? {}).some((one) => one instanceof Blob);
  const refusing: KeyValues = {
    ...store,
    async set(key, value) {
      if (hasBlob(value)) throw null; // as idb-keyval does
      await store.set(key, value);
    },
  };
  const history = createHistory(blobsAsBytes(refusing), roomy);
  await history.add(entry("a", "a fox"), new Blob(["fox"], { type: "image/png" }));
  const [listed] = await history.list();
  expect(listed).toEqual(entry("a", "a fox"));
  expect(await listed?.thumbnail.text()).toBe("t");
  const png = await history.png("a");
  expect([png?.type, await png?.text()]).toEqual(["image/png", "fox"]);
  const full = blobsAsBytes({ ...store, set: async () => Promise.reject(new DOMException("", "QuotaExceededError")) });
  await expect(full.set("b", new Blob())).rejects.toMatchObject({ name: "QuotaExceededError" });
});

test("before storage is full, a picture is refused with what to do, and nothing of it is left", async () => {
  const store = memory();
  const history = createHistory(store, async () => ({ usage: 899, quota: 1000 }));
  await expect(history.add(entry("a", "a fox"), new Blob(["fox"]))).rejects.toMatchObject({ code: "storage-full" });
  expect(store.map.size).toBe(0);
  const failing = createHistory({ ...store, set: async () => Promise.reject(new DOMException("", "QuotaExceededError")) }, roomy);
  await expect(failing.add(entry("a", "a fox"), new Blob(["fox"]))).rejects.toMatchObject({ code: "storage-full" });
});

test("what else is stored is not listed", async () => {
  const store = memory();
  store.map.set("entry:x", { id: "x" }).set("entry:y", 7).set("form", {});
  expect(await createHistory(store, roomy).list()).toEqual([]);
});

test("search finds all words in any order, and favourites alone", () => {
  const entries = [entry("a", "a red fox"), { ...entry("b", "a blue fox"), favourite: true }];
  const ids = (query: string, favourites = false) => search(entries, query, favourites).map(({ id }) => id);
  expect(ids("")).toEqual(["a", "b"]);
  expect(ids("FOX red")).toEqual(["a"]);
  expect(ids("fox", true)).toEqual(["b"]);
  expect(ids("dog")).toEqual([]);
});
