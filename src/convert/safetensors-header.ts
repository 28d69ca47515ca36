import { CascadeError, messageOf } from "../shared/errors.ts";
import { duplicateKey } from "./json-keys.ts";

/** The format's own limit; it also bounds what a hostile file can make us allocate. */
export const MAX_HEADER_BYTES = 100_000_000;

/** Bytes an element takes, for every type of the format whose elements are whole bytes. */
const BYTES_PER_ELEMENT: Readonly<Record<string, number>> = {
  BOOL: 1,
  U8: 1,
  I8: 1,
  F8_E5M2: 1,
  F8_E4M3: 1,
  F8_E8M0: 1,
  F8_E4M3FNUZ: 1,
  F8_E5M2FNUZ: 1,
  I16: 2,
  U16: 2,
  F16: 2,
  BF16: 2,
  I32: 4,
  U32: 4,
  F32: 4,
  I64: 8,
  U64: 8,
  F64: 8,
  C64: 8,
};

/** Bytes an element of a type takes; undefined for types the format does not have. */
export function bytesPerElement(dtype: string): number | undefined {
  return Object.hasOwn(BYTES_PER_ELEMENT, dtype) ? BYTES_PER_ELEMENT[dtype] : undefined;
}

/** Where one tensor lies. `begin` and `end` count from the first byte after the header. */
export interface TensorInfo {
  readonly key: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

/**
 * Reads a safetensors header strictly: a JSON object whose spans follow one another without holes or overlaps, fill
 * `dataBytes` exactly, and are as long as their shapes and types say. `name` is the file's, for messages.
 * Throws `bad-checkpoint` naming the file, the tensor and what is wrong with it.
 */
export function parseHeader(bytes: Uint8Array, dataBytes: number, name: string): ReadonlyMap<string, TensorInfo> {
  const fail = (what: string): never => {
    throw new CascadeError("bad-checkpoint", `${name} is not a valid safetensors file: ${what}.`);
  };
  if (bytes[0] !== 0x7b) fail("its header does not begin with a brace");
  let json = "";
  let header: unknown;
  try {
    json = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    header = JSON.parse(json);
  } catch (error) {
    fail(`its header is not JSON (${messageOf(error)})`);
  }
  if (!isObject(header)) return fail("its header is not an object");
  const twice = duplicateKey(json);
  if (twice !== undefined) fail(`its header has the key ${quote(twice)} twice`);

  const tensors: TensorInfo[] = [];
  for (const [key, entry] of Object.entries(header)) {
    if (key === "__metadata__") {
      if (!isObject(entry) || Object.values(entry).some((value) => typeof value !== "string"))
        fail("its __metadata__ is not made of texts");
      continue;
    }
    tensors.push(parseEntry(key, entry, (what) => fail(`tensor ${quote(key)} ${what}`)));
  }

  tensors.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let at = 0;
  for (const { key, begin, end } of tensors) {
    if (begin !== at) fail(`tensor ${quote(key)} begins at byte ${begin}, but the one before it ends at ${at}`);
    at = end;
  }
  if (at > dataBytes) fail(`its tensors need ${at} bytes, but only ${dataBytes} are there: the file is cut short`);
  if (at < dataBytes) fail(`${dataBytes - at} bytes after the last tensor belong to nothing`);
  return new Map(tensors.map((tensor) => [tensor.key, tensor]));
}

function parseEntry(key: string, entry: unknown, fail: (what: string) => never): TensorInfo {
  if (!isObject(entry)) return fail("is not described by an object");
  const { dtype, shape, data_offsets: offsets } = entry;
  const size = typeof dtype === "string" ? bytesPerElement(dtype) : undefined;
  if (typeof dtype !== "string" || size === undefined) return fail(`has the unknown type ${quote(dtype)}`);
  if (!isSizes(shape)) return fail(`has the impossible shape ${quote(shape)}`);
  if (!isSizes(offsets) || offsets.length !== 2) return fail(`has the impossible offsets ${quote(offsets)}`);
  const [begin = 0, end = 0] = offsets;
  let length = size;
  for (const dim of shape) {
    length *= dim;
    if (!Number.isSafeInteger(length)) fail(`has the impossible shape ${quote(shape)}`);
  }
  if (end - begin !== length) {
    fail(`of type ${dtype} and shape [${shape.join(", ")}] takes ${length} bytes, but its offsets span ${end - begin}`);
  }
  return { key, dtype, shape, begin, end };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0);
}

/** A value as JSON, short enough for a message. */
function quote(value: unknown): string {
  const text = JSON.stringify(value) ?? "undefined";
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
