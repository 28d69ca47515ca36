import { createConvertClient } from "../../src/client/convert-client.ts";
import { CascadeError } from "../../src/shared/errors.ts";
import type { ConvertJob, JobEvent } from "../../src/storage/job.ts";

// A page with nothing but the converter's client, for tests that drive it from outside.
const client = createConvertClient();

/** What came of an action, in a form that crosses to the test. */
export type Told<T> = { readonly value: T } | { readonly code: string; readonly message: string };

async function told<T>(work: Promise<T>): Promise<Told<T>> {
  try {
    return { value: await work };
  } catch (error) {
    if (error instanceof CascadeError) return { code: error.code, message: error.message };
    throw error;
  }
}

const parse = (json: string): ConvertJob => JSON.parse(json);

/** A stored file's handle. */
async function handleOf(id: string, name: string): Promise<FileSystemFileHandle> {
  const models = await (await navigator.storage.getDirectory()).getDirectoryHandle("models");
  return (await models.getDirectoryHandle(id)).getFileHandle(name);
}

export const converter = {
  events: [] as JobEvent[],
  /** Jobs come as JSON: a test can send no Files. */
  convert: (job: string) => told(client.convert(parse(job), { onEvent: (event) => converter.events.push(event) }).then(({ name }) => name)),
  repair: (id: string) => told(client.repair(id)),
  unfinished: () => told(client.unfinished()),
  goOn: (id: string) => told(client.goOn(id).then(({ name }) => name)),
  verify: (id: string) => told(client.verify(id)),
  ids: () => told(client.list().then((models) => models.map(({ id }) => id))),
  delete: (id: string) => told(client.delete(id)),
  /** Saves a model as a zip, finds out what that is, and imports what is in it under another id. */
  async throughZip(id: string, as: string): Promise<Told<string>> {
    const zip = new File([await client.zipModel(id)], `${id}.zip`);
    const { converted = [] } = await client.sortFiles([{ path: zip.name, file: zip }]);
    return told(client.importModel({ id: as, from: converted }).then(({ name }) => name));
  },
  /** Exports a model to a folder, here one of the origin's own, and imports that. */
  async throughFolder(id: string, as: string): Promise<Told<string>> {
    const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle("exported", { create: true });
    await client.exportToFolder(id, folder);
    const files: File[] = [];
    for await (const handle of (await folder.getDirectoryHandle(id)).values())
      if (handle instanceof FileSystemFileHandle) files.push(await handle.getFile());
    return told(client.importModel({ id: as, from: files }).then(({ name }) => name));
  },
  /** SHA-256 of every file of a complete model, by its own bytes. */
  async hashes(id: string): Promise<Record<string, string>> {
    const models = await (await navigator.storage.getDirectory()).getDirectoryHandle("models");
    const hashes: Record<string, string> = {};
    for await (const name of (await models.getDirectoryHandle(id)).keys()) {
      if (name === "journal.jsonl" || name === "job.json" || name === "used") continue;
      const digest = await crypto.subtle.digest("SHA-256", await (await (await handleOf(id, name)).getFile()).arrayBuffer());
      hashes[name] = Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
    }
    return hashes;
  },
  /** Flips a bit of a stored file. */
  async flip(id: string, name: string, at: number): Promise<void> {
    const handle = await handleOf(id, name);
    const [byte = 0] = new Uint8Array(await (await handle.getFile()).slice(at, at + 1).arrayBuffer());
    const writable = await handle.createWritable({ keepExistingData: true });
    await writable.write({ type: "write", position: at, data: new Uint8Array([byte ^ 1]) });
    await writable.close();
  },
};

declare global {
  interface Window {
    converter: typeof converter;
  }
}
window.converter = converter;
