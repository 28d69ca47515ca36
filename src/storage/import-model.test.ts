import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { predictLength } from "client-zip";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { type HubHost, REPOSITORY, startHubHost } from "../../e2e/hub-host.ts";
import { MemoryDirectory } from "../../fixtures/memory-directory.ts";
import { filesOf, parseManifest } from "../shared/parse-manifest.ts";
import { exportToFolder, zipModel } from "./export-model.ts";
import { importModel } from "./import-model.ts";
import { modelStore } from "./model-store.ts";
import { recheckOnFailure } from "./recheck.ts";

// The embedded model is a folder the converter wrote.
const folder = join(import.meta.dirname, "../../public/models/mini");
const contents = new Map(readdirSync(folder).map((name) => [name, new Uint8Array(readFileSync(join(folder, name)))]));
const manifestText = new TextDecoder().decode(contents.get("cascade.json"));
const manifest = parseManifest(manifestText);
const names = [...filesOf(manifest).map(({ file }) => file), "cascade.json"].sort();
const signal = new AbortController().signal;
const ignore = (): void => {};

const locks = { request: async <T>(_: string, __: object, work: (lock: unknown) => Promise<T>) => work({}), query: async () => ({}) };
function files(changes: Readonly<Record<string, Uint8Array<ArrayBuffer> | undefined>> = {}): File[] {
  return [...new Map<string, Uint8Array<ArrayBuffer> | undefined>([...contents, ...Object.entries(changes)])].flatMap(([name, bytes]) =>
    bytes === undefined ? [] : [new File([bytes], name)],
  );
}
/** A copy with one text put in another's place, of the same length. */
function replaced(name: string, from: string, to: string): Uint8Array<ArrayBuffer> {
  const text = Buffer.from(contents.get(name) ?? []).toString("latin1");
  if (!text.includes(from) || from.length !== to.length) throw new Error(`${name} has no ${from}`);
  return new Uint8Array(Buffer.from(text.replace(from, to), "latin1"));
}
/** cascade.json with a file's entry changed to fit its content, as a hostile folder would have it. */
async function fitted(name: string, bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const old = filesOf(manifest).find(({ file }) => file === name)?.sha256 ?? "";
  const digest = Buffer.from(await crypto.subtle.digest("SHA-256", bytes)).toString("hex");
  return new TextEncoder().encode(manifestText.replace(old, digest));
}

let hub: HubHost | undefined;
afterEach(async () => {
  await hub?.close();
  hub = undefined;
});

describe("a converted folder", () => {
  let root: MemoryDirectory;
  beforeAll(async () => {
    root = new MemoryDirectory();
    const seen: number[] = [];
    const imported = await importModel(
      modelStore(root, locks),
      { id: "mini", from: files() },
      (event) => void (event.type === "copy" && seen.push(event.copied / event.total)),
      signal,
    );
    expect(imported).toEqual(manifest);
    expect(seen.at(-1)).toBe(1);
  });

  test("is imported with the files its manifest names and no others", async () => {
    const stored = await root.getDirectoryHandle("mini");
    for (const name of names)
      expect(Buffer.from((await stored.getFileHandle(name)).bytes).equals(Buffer.from(contents.get(name) ?? [])), name).toBe(true);
    await expect(stored.getFileHandle("README.md")).rejects.toThrow("no file");
  });

  test("is exported as a zip and as a folder", async () => {
    const store = modelStore(root, locks);
    const zip = Buffer.from(await (await zipModel(store, "mini", ignore)).arrayBuffer());
    expect(Number(predictLength(names.map((name) => ({ name: `mini/${name}`, size: contents.get(name)?.length ?? 0 }))))).toBe(zip.length);
    for (const name of names) expect(zip.includes(`mini/${name}`) && zip.includes(Buffer.from(contents.get(name) ?? [])), name).toBe(true);

    const written = new Map<string, Blob[]>();
    const directory = {
      getDirectoryHandle: async () => directory,
      getFileHandle: async (name: string) => ({
        createWritable: async () => ({
          write: async (piece: Blob) => void written.set(name, [...(written.get(name) ?? []), piece]),
          close: async () => {},
        }),
      }),
    };
    await exportToFolder(store, "mini", directory, ignore);
    expect([...written.keys()].sort()).toEqual(names);
    expect([...written.keys()].at(-1)).toBe("cascade.json");
  });

  test("whose file is damaged in storage says which when it can't be loaded", async () => {
    const store = modelStore(root, locks);
    const fail = () => Promise.reject(new Error("no such operator"));
    await expect(recheckOnFailure(store, "mini", fail)).rejects.toThrow("no such operator");
    const file = await (await root.getDirectoryHandle("mini")).getFileHandle("stage-b.onnx");
    file.bytes[100] = (file.bytes[100] ?? 0) ^ 1;
    await expect(recheckOnFailure(store, "mini", fail)).rejects.toMatchObject({
      code: "bad-model",
      message: expect.stringContaining("stage-b.onnx is damaged"),
    });
  });
});

test("a folder is imported from a hub, over a bad line, behind what was whole", async () => {
  const paths = names.map((name) => [`mini/${name}`, contents.get(name) ?? new Uint8Array()] as const);
  let lost = 0;
  hub = await startHubHost(new Map(paths), {
    fault: ({ path }) => (path.endsWith("stage-c.onnx.data") && lost++ < 1 ? { kind: "cut", after: 5000 } : { kind: "none" }),
  });
  const root = new MemoryDirectory();
  const store = modelStore(root, locks);
  const job = { id: "mini", from: { url: `${hub.url}/${REPOSITORY}/tree/main/mini` } };
  const abort = new AbortController();
  const cut = importModel(
    store,
    job,
    (event) => (event.type === "copy" && event.copied > event.total / 2 ? abort.abort() : undefined),
    abort.signal,
  );
  await expect(cut).rejects.toMatchObject({ code: "aborted" });
  expect(await store.list()).toEqual([]);
  const before = hub.sent();
  expect(await importModel(store, job, ignore, signal)).toEqual(manifest);
  const total = filesOf(manifest).reduce((sum, { size }) => sum + size, 0);
  expect(hub.sent() - before).toBeLessThan(0.8 * total);
  expect((await store.list()).map(({ id }) => id)).toEqual(["mini"]);
});

describe("a hostile or damaged folder", () => {
  const data = "stage-c.onnx.data";
  const cases: [string, () => Promise<File[]> | File[], string][] = [
    ["without a manifest", () => files({ "cascade.json": undefined }), "The folder has no cascade.json"],
    ["that lacks a file", () => files({ [data]: undefined }), `The folder has no ${data}`],
    [
      "with a flipped byte",
      () => files({ [data]: contents.get(data)?.map((byte, i) => (i === 999 ? byte ^ 1 : byte)) }),
      `${data} is not the file`,
    ],
    ["with a file cut short", () => files({ [data]: contents.get(data)?.slice(0, 999) }), `${data} has 999 bytes, but cascade.json says`],
    [
      "with a name that leaves the folder",
      () => files({ "cascade.json": new TextEncoder().encode(manifestText.replace(`"${data}"`, `"../../secret"`)) }),
      "not a plain file name",
    ],
    [
      "whose graph reads a file outside",
      async () => {
        const graph = replaced("stage-c.onnx", data, "../../etc/passwdx");
        return files({ "stage-c.onnx": graph, "cascade.json": await fitted("stage-c.onnx", graph) });
      },
      'from "../../etc/passwdx", which is not one of its data files',
    ],
    [
      "whose graph reads beyond a file's end",
      async () => {
        // The offset of some weight, a number of seven digits, becomes a larger one.
        const text = Buffer.from(contents.get("stage-c.onnx") ?? []).toString("latin1");
        const offset = text.match(/(?<=offset..)\d{7}/s)?.[0] ?? "";
        const graph = replaced("stage-c.onnx", offset, "9999999");
        return files({ "stage-c.onnx": graph, "cascade.json": await fitted("stage-c.onnx", graph) });
      },
      `beyond the end of ${data}`,
    ],
    [
      "whose graph is no graph",
      async () => {
        const graph = new Uint8Array(contents.get("stage-c.onnx")?.length ?? 0).fill(0x3b);
        return files({ "stage-c.onnx": graph, "cascade.json": await fitted("stage-c.onnx", graph) });
      },
      "stage-c.onnx can't be read",
    ],
  ];
  test.each(cases)("%s is refused in one sentence, and nothing of it is kept", async (_, given, message) => {
    const root = new MemoryDirectory();
    const store = modelStore(root, locks);
    const failure = await importModel(store, { id: "mini", from: await given() }, ignore, signal).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: "bad-model", message: expect.stringContaining(message) });
    for await (const name of root.keys()) throw new Error(`${name} was left`);
  });
});
