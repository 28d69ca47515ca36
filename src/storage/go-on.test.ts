import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type HubHost, REPOSITORY, startHubHost } from "../../e2e/hub-host.ts";
import { smallFiles, smallJob } from "../../e2e/small-files.ts";
import { MemoryDirectory } from "../../fixtures/memory-directory.ts";
import { filesOfJob } from "../catalogue/needed-files.ts";
import { filesOf } from "../shared/parse-manifest.ts";
import { goOn, repair } from "./go-on.ts";
import { importModel } from "./import-model.ts";
import { type ConvertJob, type JobEvent, runJob, type SourceRef } from "./job.ts";
import { type ModelStore, modelStore } from "./model-store.ts";

const locks = { request: async <T>(_: string, __: object, work: (lock: unknown) => Promise<T>) => work({}), query: async () => ({}) };
const signal = new AbortController().signal;
const ignore = (): void => {};
let root: MemoryDirectory;
let store: ModelStore;
let hub: HubHost;
beforeEach(async () => {
  root = new MemoryDirectory();
  store = modelStore(root, locks);
  hub = await startHubHost(smallFiles());
});
afterEach(() => hub.close());

/** Runs a job and aborts it at the first weights of a part. */
async function cutAt(part: string, job: ConvertJob): Promise<void> {
  const abort = new AbortController();
  const watch = (event: JobEvent): void => {
    if (event.type === "progress" && event.part === part) abort.abort();
  };
  await expect(runJob(store, job, watch, abort.signal)).rejects.toMatchObject({ code: "aborted" });
}

/** The job with files on disk in the place of addresses; those of a folder have a time of their own. */
function onDisk(job: ConvertJob): { readonly job: ConvertJob; readonly files: readonly File[] } {
  const contents = smallFiles();
  const files = new Map<string, File>();
  const file = (ref: SourceRef): File => {
    if (!("url" in ref)) return ref;
    const path = ref.url.split("/resolve/main/")[1] ?? "";
    const found = files.get(path) ?? new File([contents.get(path) ?? ""], path.split("/").at(-1) ?? "", { lastModified: files.size + 1 });
    files.set(path, found);
    return found;
  };
  const parts = Object.fromEntries(Object.entries(job.parts).map(([name, refs]) => [name, refs.map(file)]));
  return { job: { ...job, parts, tokenizer: job.tokenizer.map(file) }, files: [...files.values()] };
}

test("a cut conversion of addresses is listed with how far it is, and goes on by its id alone; its token is not kept", async () => {
  hub.set({ token: "secret" });
  await cutAt("stage-a", smallJob(hub, "cut", { token: "secret" }));
  expect(await store.list()).toEqual([]);
  const [unfinished] = await store.unfinished();
  expect(unfinished).toMatchObject({ id: "cut", name: "small", job: { kind: "convert" } });
  expect(unfinished?.bytes).toBeGreaterThan(0.3 * (unfinished?.total ?? 0));
  expect(unfinished?.bytes).toBeLessThan(unfinished?.total ?? 0);
  expect(JSON.stringify(unfinished)).not.toContain("secret");
  expect(unfinished?.job && filesOfJob(unfinished.job)).toEqual([]);
  // "main" may mean other files tomorrow.
  expect(JSON.stringify(unfinished?.job)).toMatch(/\/resolve\/[0-9a-f]{40}\/prior/);
  expect(JSON.stringify(unfinished?.job)).not.toContain("/main/");

  await expect(goOn(store, "cut", {}, { signal, onEvent: ignore })).rejects.toMatchObject({ code: "no-access" });
  const before = hub.sent();
  const manifest = await goOn(store, "cut", { token: "secret" }, { signal, onEvent: ignore });
  const total = [...smallFiles().values()].reduce((sum, { length }) => sum + length, 0);
  expect(hub.sent() - before).toBeLessThan(0.8 * total);
  expect(await store.unfinished()).toEqual([]);
  expect(await store.list()).toMatchObject([{ id: "cut", manifest, job: { kind: "convert" } }]);
});

test("one that is cut before anything is stored is known, and goes on by its id alone", async () => {
  const abort = new AbortController();
  hub.set({
    fault({ count }) {
      if (count === 0) abort.abort();
      return { kind: "none" };
    },
  });
  await expect(runJob(store, smallJob(hub, "cut"), ignore, abort.signal)).rejects.toMatchObject({ code: "aborted" });
  expect(await store.unfinished()).toMatchObject([{ id: "cut", name: "small", bytes: 0, job: { kind: "convert" } }]);
  await goOn(store, "cut", {}, { signal, onEvent: ignore });
  expect(await store.list()).toMatchObject([{ id: "cut", job: { kind: "convert" } }]);
  // And what was kept at the start has given way to what the branch stood for.
  expect(JSON.stringify(await store.jobOf("cut"))).not.toContain("/main/");
});

test("a second conversion that is cut early does not take the place of what the first kept", async () => {
  await cutAt("stage-a", smallJob(hub, "cut"));
  const before = await store.jobOf("cut");
  await expect(runJob(store, smallJob(hub, "cut"), ignore, AbortSignal.abort())).rejects.toMatchObject({ code: "aborted" });
  expect(await store.jobOf("cut")).toEqual(before);
});

test("one that can't be made leaves nothing", async () => {
  const files = { "stage-a": [new File(["no checkpoint"], "x.safetensors")] };
  const job = { ...smallJob(hub, "cut"), parts: { ...smallJob(hub, "cut").parts, ...files } };
  await expect(runJob(store, job, ignore, signal)).rejects.toMatchObject({ code: "bad-checkpoint" });
  await expect(importModel(store, { id: "cut", from: [new File(["{}"], "cascade.json")] }, ignore, signal)).rejects.toMatchObject({
    code: "bad-model",
  });
  const names: string[] = [];
  for await (const name of root.keys()) names.push(name);
  expect(names).toEqual([]);
});

test("one that is cut while cascade.json is written is unfinished, not gone, and takes no second download", async () => {
  const manifest = await runJob(store, smallJob(hub, "cut"), ignore, signal);
  (await (await root.getDirectoryHandle("cut")).getFileHandle("cascade.json")).bytes = new Uint8Array();
  expect(await store.list()).toEqual([]);
  expect(await store.unfinished()).toMatchObject([{ id: "cut", name: "small" }]);
  const before = hub.sent();
  expect(await goOn(store, "cut", {}, { signal, onEvent: ignore })).toEqual(manifest);
  expect(hub.sent() - before).toBeLessThan(0.5 * [...smallFiles().values()].reduce((sum, { length }) => sum + length, 0));
  expect(await store.list()).toMatchObject([{ id: "cut" }]);
});

test("one of files asks for them again, and takes no others", async () => {
  const { job, files } = onDisk(smallJob(hub, "cut"));
  await cutAt("stage-a", job);
  const [unfinished] = await store.unfinished();
  const needed = unfinished?.job ? filesOfJob(unfinished.job) : [];
  expect(needed.map(({ name, size }) => [name, size])).toEqual(files.map(({ name, size }) => [name, size]));
  await expect(goOn(store, "cut", {}, { signal, onEvent: ignore })).rejects.toThrow("is not among the files you chose");
  const changed = files.map((file, i) => (i === 0 ? new File([file], file.name, { lastModified: 99 }) : file));
  await expect(goOn(store, "cut", { files: changed }, { signal, onEvent: ignore })).rejects.toMatchObject({ code: "bad-settings" });
  await goOn(store, "cut", { files: files.toReversed() }, { signal, onEvent: ignore });
  expect((await store.list()).map(({ id }) => id)).toEqual(["cut"]);
});

test("a model made of files on disk is repaired with those alone, and without them left as it is", async () => {
  const { job, files } = onDisk(smallJob(hub, "small"));
  await runJob(store, job, ignore, signal);
  const file = await (await root.getDirectoryHandle("small")).getFileHandle("stage-b.onnx.data");
  file.bytes[3000] = (file.bytes[3000] ?? 0) ^ 1;
  await expect(repair(store, "small", { files: files.slice(1) }, { signal, onEvent: ignore })).rejects.toMatchObject({
    code: "bad-settings",
  });
  expect((await store.list()).map(({ id }) => id)).toEqual(["small"]);
  expect(await repair(store, "small", { files }, { signal, onEvent: ignore })).toMatchObject([{ file: "stage-b.onnx.data" }]);
  expect(await repair(store, "small", { files }, { signal, onEvent: ignore })).toEqual([]);
});

test("a folder brought in from the disk is repaired with the files its model is made of, and no others", async () => {
  const folder = join(import.meta.dirname, "../../public/models/mini");
  const files = readdirSync(folder).map((name) => new File([readFileSync(join(folder, name))], name, { lastModified: 1 }));
  const { parts, tokenizer } = await importModel(store, { id: "mini", from: files }, ignore, signal);
  const named = new Set(["cascade.json", ...filesOf({ parts, tokenizer }).map(({ file }) => file)]);
  expect(named.size).toBeLessThan(files.length);
  const file = await (await root.getDirectoryHandle("mini")).getFileHandle("stage-b.onnx.data");
  file.bytes[3000] = (file.bytes[3000] ?? 0) ^ 1;
  const chosen = files.filter(({ name }) => named.has(name));
  expect(await repair(store, "mini", { files: chosen }, { signal, onEvent: ignore })).toMatchObject([{ file: "stage-b.onnx.data" }]);
});

test("a damaged model is repaired by its id, and one whose origin was not kept says so", async () => {
  await runJob(store, smallJob(hub, "small"), ignore, signal);
  const folder = await root.getDirectoryHandle("small");
  const file = await folder.getFileHandle("stage-b.onnx.data");
  const whole = file.bytes.slice();
  file.bytes[3000] = (file.bytes[3000] ?? 0) ^ 1;
  expect(await repair(store, "small", {}, { signal, onEvent: ignore })).toMatchObject([{ file: "stage-b.onnx.data" }]);
  expect(Buffer.from((await folder.getFileHandle("stage-b.onnx.data")).bytes).equals(whole)).toBe(true);
  expect(await repair(store, "small", {}, { signal, onEvent: ignore })).toEqual([]);
  await folder.removeEntry("job.json");
  (await folder.getFileHandle("stage-b.onnx.data")).bytes[3000] = (whole[3000] ?? 0) ^ 1;
  await expect(repair(store, "small", {}, { signal, onEvent: ignore })).rejects.toThrow("was not kept");
});

test("a host that asks to wait is told with how long", async () => {
  let asked = false;
  hub.set({
    fault({ path }) {
      if (asked || !path.startsWith("prior/weights")) return { kind: "none" };
      asked = true;
      return { kind: "status", status: 429, retryAfter: "1" };
    },
  });
  const waits: JobEvent[] = [];
  await runJob(store, smallJob(hub, "small"), (event) => void (event.type === "waiting" && waits.push(event)), signal);
  expect(waits).toEqual([{ type: "waiting", host: new URL(hub.url).host, seconds: 1, status: 429 }]);
});

test("an imported model is repaired from where it was imported, the damaged file alone", async () => {
  const folder = join(import.meta.dirname, "../../public/models/mini");
  const mini = await startHubHost(new Map(readdirSync(folder).map((name) => [`mini/${name}`, join(folder, name)])));
  try {
    await importModel(store, { id: "mini", from: { url: `${mini.url}/${REPOSITORY}/tree/main/mini` } }, ignore, signal);
    const stored = await root.getDirectoryHandle("mini");
    const file = await stored.getFileHandle("stage-b.onnx.data");
    const whole = file.bytes.slice();
    file.bytes[3000] = (file.bytes[3000] ?? 0) ^ 1;
    const first = mini.requests.length;
    expect(await repair(store, "mini", {}, { signal, onEvent: ignore })).toMatchObject([{ file: "stage-b.onnx.data" }]);
    expect(Buffer.from((await stored.getFileHandle("stage-b.onnx.data")).bytes).equals(whole)).toBe(true);
    const again = new Set(mini.requests.slice(first).map(({ path }) => path));
    expect([...again].filter((path) => path.includes(".data"))).toEqual(["mini/stage-b.onnx.data"]);
  } finally {
    await mini.close();
  }
});
