import { type FileHandle, mkdir, mkdtemp, open, readdir, readFile, rename, rm, rmdir, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { type ByteSource, checkRange, throwIfAborted } from "../src/convert/byte-source.ts";
import type { OutputFolder } from "../src/convert/output-folder.ts";
import { CascadeError, messageOf } from "../src/shared/errors.ts";
import { filesOf, parseManifest } from "../src/shared/parse-manifest.ts";

/** A file of this machine as a source. The file is opened for each read, so that nothing needs closing. */
export async function fileSource(path: string): Promise<ByteSource> {
  const name = basename(path);
  const { size } = await stat(path);
  return {
    name,
    size,
    async read(offset, length, signal) {
      throwIfAborted(signal);
      checkRange({ name, size }, offset, length);
      const file = await open(path, "r");
      try {
        const bytes = new Uint8Array(length);
        for (let done = 0; done < length; ) {
          const { bytesRead } = await file.read(bytes, done, length - done, offset + done);
          if (bytesRead === 0) throw new CascadeError("bad-checkpoint", `${name} became shorter while it was being read.`);
          done += bytesRead;
        }
        return bytes;
      } finally {
        await file.close();
      }
    },
  };
}

/** A folder's files, or a file and the json files beside it. Rejects with `bad-checkpoint` where there is nothing at `path`. */
export async function sourcesAt(path: string): Promise<ByteSource[]> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) throw new CascadeError("bad-checkpoint", `${path} does not exist.`);
  const folder = found.isDirectory() ? path : dirname(path);
  const names = (await readdir(folder, { withFileTypes: true })).filter((entry) => !entry.isDirectory()).map(({ name }) => name);
  const wanted = found.isDirectory()
    ? names.filter((name) => /\.(safetensors|json)$/.test(name))
    : [basename(path), ...names.filter((name) => name.endsWith(".json") && !name.endsWith(".index.json") && name !== basename(path))];
  return Promise.all(wanted.map((name) => fileSource(join(folder, name))));
}

/**
 * A directory as output. Files are written in a hidden folder inside it and moved when all are there, `cascade.json` last;
 * a model that was there before and is replaced goes with all its files. Rejects with `bad-settings` where no files can be written.
 */
export async function directoryFolder(path: string): Promise<OutputFolder> {
  const directory = resolve(path);
  const { created, hidden } = await makeHidden(directory);
  const names: string[] = [];
  const handles = new Set<FileHandle>();
  return {
    async create(file) {
      const handle = await open(join(hidden, file), "w+");
      handles.add(handle);
      if (!names.includes(file)) names.push(file);
      return {
        async write(bytes, at) {
          try {
            for (let done = 0; done < bytes.length; )
              done += (await handle.write(bytes, done, bytes.length - done, at + done)).bytesWritten;
          } catch (error) {
            throw storageError(error, directory);
          }
        },
        async read(at, length) {
          const bytes = new Uint8Array(length);
          return bytes.subarray(0, (await handle.read(bytes, 0, length, at)).bytesRead);
        },
        async close() {
          handles.delete(handle);
          await handle.close();
        },
      };
    },
    async commit() {
      await removeModel(directory, names);
      const inOrder = names.toSorted((a, b) => Number(a === "cascade.json") - Number(b === "cascade.json"));
      for (const name of inOrder) await rename(join(hidden, name), join(directory, name));
      await rm(hidden, { recursive: true });
    },
    async discard() {
      for (const handle of handles) await handle.close();
      handles.clear();
      await rm(hidden, { recursive: true, force: true });
      // The directory itself goes where it was made for this; one with other files in it stays.
      if (created) await rmdir(directory).catch(() => undefined);
    },
  };
}

/** A hidden folder in the directory; `created`: that was made for it. */
async function makeHidden(directory: string): Promise<{ created: boolean; hidden: string }> {
  try {
    const created = await makeDirectory(directory);
    return { created, hidden: await mkdtemp(join(directory, ".convert-")) };
  } catch (error) {
    throw new CascadeError("bad-settings", `The model can't be written to ${directory}: ${messageOf(error)}.`, { cause: error });
  }
}

/**
 * Makes a directory and those above it; says whether it was missing. Node's own `recursive` never ends where a file system answers ENOENT although
 * the directory above is there, as Linux's /proc does.
 */
async function makeDirectory(path: string): Promise<boolean> {
  if ((await stat(path).catch(() => undefined))?.isDirectory()) return false;
  const above = dirname(path);
  if (above !== path) await makeDirectory(above);
  await mkdir(path);
  return true;
}

/** Removes an older model that is replaced in part or whole: its manifest first, so that it is not taken for one any more. */
async function removeModel(directory: string, names: readonly string[]): Promise<void> {
  const manifest = join(directory, "cascade.json");
  let old: string[];
  try {
    old = filesOf(parseManifest(await readFile(manifest, "utf8"))).map(({ file }) => file);
  } catch {
    old = []; // none there, or none of ours: only equal names are replaced
  }
  if (!names.includes("cascade.json") && !old.some((file) => names.includes(file))) return;
  await rm(manifest, { force: true });
  if (names.includes("cascade.json")) for (const file of old) await rm(join(directory, file), { force: true });
}

function storageError(error: unknown, directory: string): unknown {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code !== "ENOSPC" && code !== "EDQUOT") return error;
  return new CascadeError("storage-full", `There is no room left for the model in ${directory} (${messageOf(error)}).`, { cause: error });
}
