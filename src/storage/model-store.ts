import type { OutputFolder } from "../convert/output-folder.ts";
import type { ModelFolder } from "../runtime/types.ts";
import { BESIDE } from "../shared/beside.ts";
import { CascadeError } from "../shared/errors.ts";
import { finishedManifest } from "../shared/finished-manifest.ts";
import type { CascadeManifest } from "../shared/manifest.ts";
import { filesOf, parseManifest } from "../shared/parse-manifest.ts";
import { type Directory, findFile } from "./file-system.ts";
import { keepJob, keptJob } from "./job-file.ts";
import type { KeptJob } from "./kept-job.ts";
import { progressOf } from "./model-journal.ts";
import { openModelWriter } from "./model-writer.ts";
import { isNotFound, storageError } from "./storage-errors.ts";

/** Converted models in the browser's own storage, one folder each. Writing needs a dedicated worker (synchronous access handles). */
export interface ModelStore {
  /** Complete models, the last used first. */
  list(): Promise<readonly StoredModel[]>;
  /** Models whose conversion or import was cut, at whatever point since it was asked for, the last begun first. */
  unfinished(): Promise<readonly UnfinishedModel[]>;
  /** Where a model comes from, finished or not; undefined where that was not kept. */
  jobOf(id: string): Promise<KeptJob | undefined>;
  /** A model's files; each Blob is backed by its file, so ranges of it are read without holding it. Rejects with `bad-model`. */
  open(id: string): Promise<ModelFolder>;
  /**
   * Runs `work`, which writes model `id`, and holds the model's lock meanwhile. `begun` is kept beside the model from the first moment, so that it is known
   * when a cut comes before the first byte; a failure that trying again won't mend, before anything is finished, leaves nothing.
   * Rejects with `storage-busy` while another tab writes it, with `storage-full` where there is no room.
   */
  write<T>(id: string, begun: KeptJob | undefined, work: (open: OpenFolder) => Promise<T>): Promise<T>;
  /** Makes a complete model unfinished, without the named files: the next `write` makes just these again. */
  reopen(id: string, damaged: readonly string[]): Promise<void>;
  /** Removes a model, complete or not. */
  delete(id: string): Promise<void>;
}

/**
 * Opens the folder a model is written to. What an earlier write with the same `identity` (sources, plan, precision) had finished is kept; with another one
 * it starts anew. `job` takes the place of the one it was begun with.
 */
export type OpenFolder = (identity: string, job?: KeptJob) => Promise<OutputFolder>;

export interface StoredModel {
  readonly id: string;
  readonly manifest: CascadeManifest;
  /** Bytes of all its files. */
  readonly bytes: number;
  /** Milliseconds since 1970. */
  readonly lastUsed: number;
  /** Where it comes from; absent where that was not kept. */
  readonly job?: KeptJob;
}

/** A model that is no model yet. */
export interface UnfinishedModel {
  readonly id: string;
  readonly name: string;
  /** Bytes that are finished, and of how many; 0 where that is not known yet. */
  readonly bytes: number;
  readonly total: number;
  /** What to go on with; absent where it was not kept, and deleting is all that is left. */
  readonly job?: KeptJob;
  /** Milliseconds since 1970 of the last byte. */
  readonly changed: number;
  /** Whether it is being worked on right now, by this tab or another. */
  readonly busy: boolean;
}

/** The part of Web Locks that is used. */
export interface Locks {
  request<T>(name: string, options: { readonly ifAvailable: true }, work: (lock: unknown) => Promise<T>): Promise<T>;
  /** What is held now, by whatever tab. */
  query(): Promise<{ readonly held?: readonly { readonly name?: string }[] }>;
}

const { used: USED } = BESIDE;
/** Failures after which the same may be tried again as it is. */
const PASSING = new Set(["aborted", "download-failed", "no-access", "storage-full", "storage-busy"]);

/** The store over one folder of the origin private file system. `locks` are the origin's (`navigator.locks`). */
export function modelStore(root: Directory, locks: Locks): ModelStore {
  const alone = <T>(id: string, work: () => Promise<T>): Promise<T> =>
    locks.request(lockOf(checkId(id)), { ifAvailable: true }, async (lock) => {
      if (lock === null) {
        throw new CascadeError("storage-busy", `Another tab or window is working on "${id}": let it finish there, or close it.`);
      }
      return work();
    });

  return {
    async list() {
      const models: StoredModel[] = [];
      for await (const id of root.keys()) {
        const folder = await root.getDirectoryHandle(id);
        const manifest = await finishedManifest(await findFile(folder, "cascade.json"));
        if (manifest === undefined) continue;
        const bytes = filesOf(manifest).reduce((sum, { size }) => sum + size, 0);
        const used = (await findFile(folder, USED)) ?? (await namedFile(folder, "cascade.json"));
        const job = await keptJob(folder);
        models.push({ id, manifest, bytes, lastUsed: used.lastModified, ...(job && { job }) });
      }
      return models.toSorted((a, b) => b.lastUsed - a.lastUsed);
    },

    async unfinished() {
      const models: UnfinishedModel[] = [];
      // Asked, not tried: who takes a lock only to see whether it is free keeps another tab from taking it meanwhile.
      const { held = [] } = await locks.query();
      const working = new Set(held.map(({ name }) => name));
      for await (const id of root.keys()) {
        const folder = await root.getDirectoryHandle(id);
        // One that can't be read is of a cut, too, or was damaged: its journal knows what to do about either.
        if ((await finishedManifest(await findFile(folder, "cascade.json"))) !== undefined) continue;
        const job = await keptJob(folder);
        const { bytes = 0, total = 0, changed = 0 } = (await progressOf(folder)) ?? {};
        const name = job?.kind === "convert" ? job.job.name : id;
        models.push({ id, name, bytes, total, changed, busy: working.has(lockOf(id)), ...(job && { job }) });
      }
      return models.toSorted((a, b) => b.changed - a.changed);
    },

    async jobOf(id) {
      const folder = await root.getDirectoryHandle(checkId(id)).catch(() => undefined);
      return folder && keptJob(folder);
    },

    async open(id) {
      const folder = await root.getDirectoryHandle(checkId(id)).catch((error: unknown) => {
        if (isNotFound(error))
          throw new CascadeError("bad-model", `There is no model "${id}" in this browser's storage.`, { cause: error });
        throw error;
      });
      const sizes = new Map(filesOf(await manifestOf(folder)).map(({ file, size }) => [file, size]));
      await touch(folder).catch(() => undefined); // another tab touches it at this moment, or storage is full: opening goes on
      return {
        async read(name) {
          const size = sizes.get(name);
          if (size === undefined && name !== "cascade.json") throw new CascadeError("bad-model", `"${id}" has no file ${name}.`);
          const file = await namedFile(folder, name);
          if (size === undefined || file.size === size) return file;
          throw new CascadeError("bad-model", `"${id}": ${name} has ${file.size} bytes instead of ${size}; repair the model.`);
        },
      };
    },

    write: (id, begun, work) =>
      alone(id, async () => {
        const isNew = await root.getDirectoryHandle(id).then(() => false, isNotFound);
        const here = await root.getDirectoryHandle(id, { create: true });
        try {
          if (await finishedManifest(await findFile(here, "cascade.json"))) {
            throw new CascadeError(
              "bad-settings",
              `"${id}" is already in this browser's storage: delete it first, or choose another name.`,
            );
          }
          if (begun !== undefined && (await keptJob(here)) === undefined) await keepJob(here, begun);
          return await work(async (identity, job = begun) => {
            const writer = await openModelWriter(here, identity);
            try {
              if (job !== undefined) await keepJob(here, job);
            } catch (error) {
              await writer.discard();
              throw error;
            }
            return writer;
          });
        } catch (error) {
          const known = storageError(error, id);
          const passing = known instanceof CascadeError && PASSING.has(known.code);
          if (isNew && !passing && !((await progressOf(here))?.bytes ?? 0)) {
            await root.removeEntry(id, { recursive: true }).catch(() => undefined);
          }
          throw known;
        }
      }),

    reopen: (id, damaged) =>
      alone(id, async () => {
        const folder = await root.getDirectoryHandle(id);
        for (const file of ["cascade.json", ...damaged]) {
          await folder.removeEntry(file).catch((error: unknown) => {
            if (!isNotFound(error)) throw storageError(error, id);
          });
        }
      }),

    delete: (id) =>
      alone(id, async () => {
        // The manifest first: a delete cut short leaves no model that looks whole.
        const folder = await root.getDirectoryHandle(id).catch(() => undefined);
        await folder?.removeEntry("cascade.json").catch(() => undefined);
        await root.removeEntry(id, { recursive: true }).catch((error: unknown) => {
          if (!isNotFound(error)) throw storageError(error, id);
        });
      }),
  };
}

function lockOf(id: string): string {
  return `cascade-model:${id}`;
}

/** The manifest of a finished model: it is written last. Rejects with `bad-model`. */
async function manifestOf(folder: Directory): Promise<CascadeManifest> {
  return parseManifest(await (await namedFile(folder, "cascade.json")).text());
}

async function namedFile(folder: Directory, name: string): Promise<File> {
  const file = await findFile(folder, name);
  if (file !== undefined) return file;
  throw new CascadeError("bad-model", `"${folder.name}" has no ${name}: it is not finished, or was damaged; repair or delete it.`);
}

async function touch(folder: Directory): Promise<void> {
  const handle = await (await folder.getFileHandle(USED, { create: true })).createSyncAccessHandle();
  try {
    handle.write(new Uint8Array([0]), { at: 0 });
    handle.flush();
  } finally {
    handle.close();
  }
}

/** Ids are folder names: letters, digits, dot, dash, underscore. */
function checkId(id: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(id)) return id;
  throw new CascadeError("bad-settings", `A stored model can't be called ${JSON.stringify(id)}: use letters, digits, dots and dashes.`);
}
