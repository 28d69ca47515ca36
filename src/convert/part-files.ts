import { CascadeError, messageOf } from "../shared/errors.ts";
import type { PartName } from "../shared/manifest.ts";
import { type ByteSource, readText } from "./byte-source.ts";
import { PART_TITLES } from "./layouts.ts";

const MAX_CONFIG_BYTES = 2 ** 20;
const MAX_INDEX_BYTES = 2 ** 24;

/** The files of one part, picked out of what was given. */
export interface PartFiles {
  /** The safetensors file, or its shards. */
  readonly weights: readonly ByteSource[];
  /** A parsed config.json (or sidecar), where there is one. */
  readonly config?: Readonly<Record<string, unknown>>;
}

/**
 * Picks a part's weights and configuration out of a folder's files, or a single file and those beside it. An index json names
 * its shards; of variants (`model.safetensors`, `model.fp16.safetensors`) the plain one is taken.
 */
export async function selectFiles(part: PartName, files: readonly ByteSource[], signal?: AbortSignal): Promise<PartFiles> {
  const weights = await selectWeights(part, files, signal);
  const stem = weights[0]?.name.replace(/\.safetensors$/, "") ?? "";
  const sidecar = [`${stem}.json`, `${stem}.safetensors.json`, "config.json"];
  const config = sidecar.map((name) => files.find((file) => file.name === name)).find((file) => file !== undefined);
  return config ? { weights, config: await readObject(config, MAX_CONFIG_BYTES, signal) } : { weights };
}

async function selectWeights(part: PartName, files: readonly ByteSource[], signal?: AbortSignal): Promise<readonly ByteSource[]> {
  const indices = files.filter(({ name }) => name.endsWith(".safetensors.index.json")).sort(byPlainness);
  const [index] = indices;
  if (index) return selectShards(index, files, signal);
  const all = files.filter(({ name }) => name.endsWith(".safetensors")).sort(byPlainness);
  const [first, second] = all;
  if (first === undefined) {
    // A file by another name still says best itself what is wrong with it.
    const [only] = files;
    if (only !== undefined && files.length === 1) return [only];
    throw new CascadeError("bad-checkpoint", `No .safetensors file was found for ${PART_TITLES[part]}.`);
  }
  if (second !== undefined && dots(first.name) === dots(second.name)) {
    const names = all.map(({ name }) => name).join(", ");
    throw new CascadeError("bad-checkpoint", `Several files could be ${PART_TITLES[part]}: ${names}. Name one of them.`);
  }
  return [first];
}

async function selectShards(index: ByteSource, files: readonly ByteSource[], signal?: AbortSignal): Promise<readonly ByteSource[]> {
  const { weight_map: map } = await readObject(index, MAX_INDEX_BYTES, signal);
  if (typeof map !== "object" || map === null || Array.isArray(map)) {
    throw new CascadeError("bad-checkpoint", `${index.name} has no weight_map that names the shards.`);
  }
  const names = [...new Set<unknown>(Object.values(map))].sort();
  if (names.length === 0) throw new CascadeError("bad-checkpoint", `${index.name} names no shards.`);
  return names.map((name) => {
    const shard = files.find((file) => file.name === name);
    if (shard) return shard;
    throw new CascadeError("bad-checkpoint", `${index.name} names the shard ${JSON.stringify(name)}, which is not beside it.`);
  });
}

async function readObject(source: ByteSource, limit: number, signal?: AbortSignal): Promise<Readonly<Record<string, unknown>>> {
  const text = await readText(source, limit, signal);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new CascadeError("bad-checkpoint", `${source.name} is not JSON: ${messageOf(error)}.`, { cause: error });
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new CascadeError("bad-checkpoint", `${source.name} is not a JSON object.`);
}

/** Names with fewer dots, which are no variants, first. */
function byPlainness(a: ByteSource, b: ByteSource): number {
  return dots(a.name) - dots(b.name) || (a.name < b.name ? -1 : 1);
}

function dots(name: string): number {
  return name.split(".").length;
}
