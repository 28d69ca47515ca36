import { CascadeError } from "../shared/errors.ts";

/** A file in a zip, as a part of it: nothing is read before it is asked for. */
export interface ZipEntry {
  readonly path: string;
  readonly file: File;
}

const END = 0x06054b50;
const END_64 = 0x06064b50;
const LOCATOR_64 = 0x07064b50;
const DIRECTORY = 0x02014b50;
const LOCAL = 0x04034b50;
const END_BYTES = 22;
const LOCATOR_BYTES = 20;
/** A model has some dozens of files. */
const MOST_ENTRIES = 4096;
const MOST_DIRECTORY_BYTES = 2 ** 22;

/**
 * The files of a zip that is not compressed, as ours are (weights don't get smaller). Rejects with `bad-model` for one that is compressed, cut short or
 * makes no sense; what it says of itself is checked against its length before anything is read.
 */
export async function zipEntries(zip: File): Promise<readonly ZipEntry[]> {
  const refuse = (what: string): never => {
    throw new CascadeError("bad-model", `${zip.name} can't be read: ${what}.`);
  };
  const read = async (at: number, length: number): Promise<DataView> => {
    if (at < 0 || length < 0 || at + length > zip.size) refuse("it is cut short, or is no zip");
    return new DataView(await zip.slice(at, at + length).arrayBuffer());
  };

  const { entries, directoryAt, directoryBytes } = await findDirectory(zip.size, read, refuse);
  if (entries > MOST_ENTRIES || directoryBytes > MOST_DIRECTORY_BYTES) refuse(`it lists ${entries} files, more than any model has`);
  const directory = await read(directoryAt, directoryBytes);
  const found: ZipEntry[] = [];
  for (let at = 0, i = 0; i < entries; i++) {
    if (at + 46 > directoryBytes || directory.getUint32(at, true) !== DIRECTORY) refuse("its list of files makes no sense");
    const nameBytes = directory.getUint16(at + 28, true);
    const extraBytes = directory.getUint16(at + 30, true);
    const next = at + 46 + nameBytes + extraBytes + directory.getUint16(at + 32, true);
    if (next > directoryBytes) refuse("its list of files makes no sense");
    const path = new TextDecoder().decode(new Uint8Array(directory.buffer, directory.byteOffset + at + 46, nameBytes));
    const { size, offset } = sizesOf(directory, at, extraBytes);
    if (!path.endsWith("/")) {
      if (directory.getUint16(at + 10, true) !== 0) refuse(`${path} in it is compressed: unpack it, and choose the folder`);
      const local = await read(offset, 30);
      if (local.getUint32(0, true) !== LOCAL) refuse(`${path} is not where it says`);
      const begin = offset + 30 + local.getUint16(26, true) + local.getUint16(28, true);
      if (begin + size > zip.size) refuse("it is cut short");
      const name = path.split("/").at(-1) ?? path;
      found.push({ path, file: new File([zip.slice(begin, begin + size)], name, { lastModified: zip.lastModified }) });
    }
    at = next;
  }
  return found;
}

type Read = (at: number, length: number) => Promise<DataView>;

/** Where the list of files is. The end record is the last thing in a zip without a comment, which is all we write. */
async function findDirectory(size: number, read: Read, refuse: (what: string) => never) {
  const end = await read(size - END_BYTES, END_BYTES);
  if (end.getUint32(0, true) !== END) refuse("it is cut short, or is no zip");
  const small = { entries: end.getUint16(10, true), directoryBytes: end.getUint32(12, true), directoryAt: end.getUint32(16, true) };
  if (small.entries < 0xffff && small.directoryBytes < 0xffffffff && small.directoryAt < 0xffffffff) return small;
  const locator = await read(size - END_BYTES - LOCATOR_BYTES, LOCATOR_BYTES);
  if (locator.getUint32(0, true) !== LOCATOR_64) refuse("its end makes no sense");
  const large = await read(Number(locator.getBigUint64(8, true)), 56);
  if (large.getUint32(0, true) !== END_64) refuse("its end makes no sense");
  return {
    entries: Number(large.getBigUint64(32, true)),
    directoryBytes: Number(large.getBigUint64(40, true)),
    directoryAt: Number(large.getBigUint64(48, true)),
  };
}

/** A file's size and place; those beyond 4 GB are in an extra field. */
function sizesOf(directory: DataView, at: number, extraBytes: number): { readonly size: number; readonly offset: number } {
  let size = directory.getUint32(at + 24, true);
  let offset = directory.getUint32(at + 42, true);
  const first = at + 46 + directory.getUint16(at + 28, true);
  for (let field = first; field + 4 <= first + extraBytes; ) {
    const length = directory.getUint16(field + 2, true);
    if (directory.getUint16(field, true) === 1) {
      // The long numbers of those, in this order, that did not fit.
      let value = field + 4;
      const long = (): number => {
        value += 8;
        return value <= field + 4 + length ? Number(directory.getBigUint64(value - 8, true)) : Number.POSITIVE_INFINITY;
      };
      if (size === 0xffffffff) size = long();
      if (directory.getUint32(at + 20, true) === 0xffffffff) long();
      if (offset === 0xffffffff) offset = long();
    }
    field += 4 + length;
  }
  return { size, offset };
}
