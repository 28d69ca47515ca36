import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { fixtureBytes, fixtureTensors, serialize } from "../../fixtures/checkpoints.ts";
import { MemoryDirectory } from "../../fixtures/memory-directory.ts";
import { type ByteSource, blobSource } from "../convert/byte-source.ts";
import { type ConvertOptions, convert } from "../convert/convert.ts";
import { CascadeError } from "../shared/errors.ts";
import { convertToStore, identityOf } from "./convert-to-store.ts";
import { type Locks, type ModelStore, modelStore } from "./model-store.ts";
import { repairModel } from "./repair.ts";
import { type Damage, verifyModel } from "./verify.ts";

/** Cuts of the random test; the long run sets CASCADE_CUTS=100. */
const CUTS = Number(process.env.CASCADE_CUTS ?? 6);

const source = (name: string, bytes: Uint8Array<ArrayBuffer>): ByteSource => blobSource(new Blob([bytes]), name);
const part = (folder: string, file = "diffusion_pytorch_model"): ByteSource[] => [
  source(`${file}.safetensors`, fixtureBytes(`${folder}/${file}.safetensors`)),
  source("config.json", fixtureBytes(`${folder}/config.json`)),
];
const options: ConvertOptions = {
  name: "small",
  precision: "q8",
  parts: {
    "text-encoder": textEncoder(),
    "stage-c": part("prior"),
    "stage-b": part("decoder"),
    "stage-a": part("vqgan"),
  },
  tokenizer: [source("tokenizer.json", new TextEncoder().encode('{"model": {}}'))],
};

/** Its two smallest parts: as good for cuts, and quick. */
const two: ConvertOptions = { name: "two", precision: "q8", parts: { "stage-a": part("vqgan"), "stage-c": part("prior") } };

async function convertTwo(store: ModelStore, given: ConvertOptions): Promise<void> {
  await store.write("small", undefined, async (open) => {
    for await (const _ of convert(given, await open(identityOf(given))));
  });
}

/** The text encoder with a token table of 300 rows: the whole is nearly all of this model, and makes these tests no better. */
function textEncoder(): ByteSource[] {
  const tensors = new Map(fixtureTensors("text_encoder/model.safetensors"));
  const key = "text_model.embeddings.token_embedding.weight";
  const table = tensors.get(key);
  if (table === undefined) throw new Error("no table");
  const width = table.shape[1] ?? 0;
  tensors.set(key, { ...table, shape: [300, width], bytes: table.bytes.slice(0, 300 * width * 2) });
  const config = { ...JSON.parse(new TextDecoder().decode(fixtureBytes("text_encoder/config.json"))), vocab_size: 300, eos_token_id: 299 };
  return [source("model.safetensors", serialize(tensors)), source("config.json", new TextEncoder().encode(JSON.stringify(config)))];
}

/** The same sources, with `before` called at each read. */
function watched(before: (source: ByteSource, length: number) => void, given: ConvertOptions = options): ConvertOptions {
  const watch = (file: ByteSource): ByteSource => ({
    ...file,
    async read(offset, length, signal) {
      before(file, length);
      return file.read(offset, length, signal);
    },
  });
  const parts = Object.fromEntries(Object.entries(given.parts).map(([name, files]) => [name, files.map(watch)]));
  return { ...given, parts };
}

/** Web Locks of one origin. */
function locks(): Locks {
  const held = new Set<string>();
  return {
    query: async () => ({ held: [...held].map((name) => ({ name })) }),
    async request(name, _, work) {
      if (held.has(name)) return work(null);
      held.add(name);
      try {
        return await work({});
      } finally {
        held.delete(name);
      }
    },
  };
}

/** SHA-256 of every file of a stored model, by name. */
async function contents(root: MemoryDirectory, id = "small"): Promise<Record<string, string>> {
  const folder = await root.getDirectoryHandle(id);
  const files: Record<string, string> = {};
  for await (const name of folder.keys()) {
    if (name !== "used" && name !== "journal.jsonl")
      files[name] = createHash("sha256")
        .update((await folder.getFileHandle(name)).bytes)
        .digest("hex");
  }
  return files;
}

async function damagesOf(root: MemoryDirectory): Promise<readonly Damage[]> {
  const check = verifyModel(await modelStore(root, locks()).open("small"));
  for (;;) {
    const step = await check.next();
    if (step.done) return step.value;
  }
}

const ignore = (): void => {};
const uncut = (async () => {
  const root = new MemoryDirectory();
  let reads = 0;
  await convertTwo(
    modelStore(root, locks()),
    watched(() => reads++, two),
  );
  return { reads, files: await contents(root) };
})();

/** Park and Miller's generator: the same cuts each run. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}

describe("a conversion into the browser's storage", () => {
  it(`that is cut anywhere, ${CUTS} times, goes on to the same bytes`, async () => {
    const { files, reads } = await uncut;
    const next = random(7);
    for (let run = 0; run < CUTS; run++) {
      const root = new MemoryDirectory();
      let cuts = 0;
      for (let done = false; !done; cuts++) {
        let left = Math.ceil(next() * reads);
        const closed = next() < 0.5;
        const cut = watched(() => {
          if (left-- <= 0) throw new CascadeError("download-failed", "cut");
        }, two);
        done = await convertTwo(modelStore(root, locks()), cut).then(
          () => true,
          (error: unknown) => {
            if (!(error instanceof CascadeError)) throw error;
            return false;
          },
        );
        if (!done) {
          expect(await modelStore(root, locks()).list()).toEqual([]);
          // A closed tab leaves a line of the journal half written.
          if (closed) await tearJournal(root);
        }
        if (cuts > 200) throw new Error("no end");
      }
      expect(await contents(root)).toEqual(files);
    }
  });

  it("reads at most one weight again after a cut", async () => {
    const { reads } = await uncut;
    const root = new MemoryDirectory();
    let read = 0;
    const cut = watched(() => {
      if (++read === reads - 1) throw new CascadeError("download-failed", "cut");
    }, two);
    await expect(convertTwo(modelStore(root, locks()), cut)).rejects.toThrow("cut");
    let again = 0;
    await convertTwo(
      modelStore(root, locks()),
      watched((_, length) => {
        if (length > 2 ** 13) again++; // not headers and configurations
      }, two),
    );
    expect(again).toBeLessThan(12);
  });

  it("starts anew when a source has changed", async () => {
    const root = new MemoryDirectory();
    let left = 40;
    const cut = watched(() => {
      if (left-- <= 0) throw new CascadeError("download-failed", "cut");
    }, two);
    await expect(convertTwo(modelStore(root, locks()), cut)).rejects.toThrow("cut");
    const changed: ConvertOptions = {
      ...two,
      parts: { ...two.parts, "stage-a": part("vqgan").map((file) => ({ ...file, identity: "etag-2" })) },
    };
    let reads = 0;
    await convertTwo(
      modelStore(root, locks()),
      watched(() => reads++, changed),
    );
    expect(reads).toBe((await uncut).reads);
  });

  it("ends in a plain message when storage is full, and goes on when there is room", async () => {
    const { files } = await uncut;
    const room = 6e5;
    const root = new MemoryDirectory("", { left: room });
    const attempt = () => convertTwo(modelStore(root, locks()), two);
    await expect(attempt()).rejects.toMatchObject({ code: "storage-full", message: expect.stringContaining("what is finished is kept") });
    expect(root.room.left).toBeLessThan(room / 2);
    root.room.left = Number.POSITIVE_INFINITY;
    await attempt();
    expect(await contents(root)).toEqual(files);
  });

  it("gives its files back when a listener fails", async () => {
    const root = new MemoryDirectory();
    const fail = (): void => {
      throw new CascadeError("storage-full", "no room");
    };
    const attempt = () => convertToStore(modelStore(root, locks()), "small", async () => ({ options: options }), fail);
    await expect(attempt()).rejects.toThrow("no room");
    await expect(attempt()).rejects.toThrow("no room"); // not: a file is in use
  });

  it("is refused while another tab writes the same model", async () => {
    const root = new MemoryDirectory();
    const shared = locks();
    const [store, other] = [modelStore(root, shared), modelStore(root, shared)];
    await store.write("small", undefined, async () => {
      await expect(convertTwo(other, two)).rejects.toMatchObject({ code: "storage-busy" });
      await expect(other.delete("small")).rejects.toThrow("Another tab or window");
      expect(await other.unfinished()).toMatchObject([{ id: "small", busy: true }]);
    });
    // Looking takes no lock, which would keep a tab from its work.
    const [looked] = await Promise.all([other.unfinished(), store.write("small", undefined, async () => {})]);
    expect(looked).toMatchObject([{ id: "small", busy: false }]);
    await convertTwo(other, two);
    expect(await contents(root)).toEqual((await uncut).files);
  });
});

describe("a stored model", () => {
  it("is listed with its size, opened, and deleted", async () => {
    const root = new MemoryDirectory();
    const store = modelStore(root, locks());
    const manifest = await convertToStore(store, "small", async () => ({ options: options }), ignore);
    const [listed] = await store.list();
    expect(listed).toMatchObject({ id: "small", manifest });
    const folder = await store.open("small");
    expect((await folder.read("stage-c.onnx")).size).toBe(manifest.parts["stage-c"].graph.size);
    await expect(folder.read("../secret")).rejects.toMatchObject({ code: "bad-model" });
    await expect(convertToStore(store, "small", async () => ({ options: options }), ignore)).rejects.toThrow(
      "already in this browser's storage",
    );
    await store.delete("small");
    expect(await store.list()).toEqual([]);
    await expect(store.open("small")).rejects.toThrow('no model "small"');
  });

  it("whose bytes were damaged is found out, and the damaged part alone made again", async () => {
    const root = new MemoryDirectory();
    const store = modelStore(root, locks());
    await convertToStore(store, "small", async () => ({ options: options }), ignore);
    const before = await contents(root);
    const file = await (await root.getDirectoryHandle("small")).getFileHandle("stage-b.onnx.data");
    file.bytes[1000] = (file.bytes[1000] ?? 0) ^ 1;
    expect(await damagesOf(root)).toEqual([{ file: "stage-b.onnx.data", what: expect.stringContaining("is damaged") }]);
    const read = new Set<number>();
    const counted = watched((from, length) => {
      if (length > 2 ** 14) read.add(from.size); // not headers and configurations
    });
    await repairModel(store, "small", () => convertToStore(store, "small", async () => ({ options: counted }), ignore));
    expect([...read]).toEqual([options.parts["stage-b"]?.[0]?.size]);
    expect(await contents(root)).toEqual(before);
  });
});

/** Adds half a line to the journal, as a tab closed in the midst of writing it would leave. */
async function tearJournal(root: MemoryDirectory): Promise<void> {
  const journal = await (await root.getDirectoryHandle("small")).getFileHandle("journal.jsonl");
  journal.bytes = new Uint8Array([...journal.bytes, ...new TextEncoder().encode('{"file":"stage-')]);
}
