import { CascadeError } from "../shared/errors.ts";
import type { PartName, RequiredPart } from "../shared/manifest.ts";
import { blobSource, readText } from "./byte-source.ts";
import { openCheckpoint } from "./checkpoint.ts";
import { findPart, type Layout, PART_NAMES } from "./layouts.ts";
import { factsOf, type PartFacts } from "./part-facts.ts";
import { openSafetensors } from "./safetensors.ts";
import { zipEntries } from "./zip-entries.ts";

/** A file as it was dropped or picked; `path` begins at the folder that was ("prior/config.json"), or is just its name. */
export interface DroppedFile {
  readonly path: string;
  readonly file: File;
}

/** What the user's files are. */
export interface SortedFiles {
  /** For each part what could be it, the likeliest first. A file that holds several parts comes in each. */
  readonly parts: { readonly [K in PartName]?: readonly Candidate[] };
  readonly tokenizer: readonly File[];
  /** The files of a folder the converter wrote (the first with a cascade.json): to be imported, not converted. */
  readonly converted?: readonly File[];
  readonly problems: readonly SortProblem[];
}

/** Files that make a part. */
export interface Candidate extends PartFacts {
  /** Path of its weights, or of the first of them. */
  readonly path: string;
  /** Weights, their index where they are sharded, and configuration: a part of a ConvertJob. */
  readonly files: readonly File[];
  readonly layout: Layout;
  /** Of the files with weights. */
  readonly bytes: number;
}

export type SortProblem =
  /** A part, or the tokenizer, is in none of the files. */
  | { readonly code: "missing"; readonly part: RequiredPart | "tokenizer" }
  /** Several files could be a part: the user should say which. */
  | { readonly code: "several"; readonly part: PartName; readonly paths: readonly string[] }
  /** A file with weights, or a zip, that can't be read; `message` is one sentence. */
  | { readonly code: "unreadable"; readonly path: string; readonly message: string }
  /** Weights of nothing that is used (an image encoder, a ControlNet, another model). */
  | { readonly code: "unused"; readonly path: string };

const REQUIRED: readonly RequiredPart[] = ["text-encoder", "stage-c", "stage-b", "stage-a"];
const MAX_INDEX_BYTES = 2 ** 24;

/** Finds out what each file is, by what is in it: reads headers only. Never rejects for a file's sake, but with `aborted`. */
export async function sortFiles(dropped: readonly DroppedFile[], signal?: AbortSignal): Promise<SortedFiles> {
  const problems: SortProblem[] = [];
  const files = await unpacked(dropped, problems);
  const manifest = files.find(({ file }) => file.name === "cascade.json");
  if (manifest !== undefined) {
    const folder = folderOf(manifest.path);
    return {
      parts: {},
      tokenizer: [],
      converted: files.filter(({ path }) => folderOf(path) === folder).map(({ file }) => file),
      problems,
    };
  }
  const parts: { [K in PartName]?: Candidate[] } = {};
  for (const group of await weightsOf(files, problems, signal)) {
    const found = await candidatesOf(group, files, problems, signal);
    for (const [part, candidate] of found) parts[part] = [...(parts[part] ?? []), candidate];
  }
  for (const part of PART_NAMES) {
    const candidates = parts[part];
    candidates?.sort((a, b) => rank(a) - rank(b) || (a.path < b.path ? -1 : 1));
    if (candidates !== undefined && candidates.length > 1)
      problems.push({ code: "several", part, paths: candidates.map(({ path }) => path) });
  }
  const tokenizer = tokenizerOf(files);
  for (const part of REQUIRED) if (parts[part] === undefined) problems.push({ code: "missing", part });
  if (tokenizer.length === 0) problems.push({ code: "missing", part: "tokenizer" });
  problems.push(
    ...foreign(files, Object.keys(parts).length === 0 && tokenizer.length === 0 && problems.every(({ code }) => code === "missing")),
  );
  return { parts, tokenizer, problems };
}

/** Formats weights come in that are not read: they may hold code, or are made for other programs. */
const OTHER_WEIGHTS = /\.(ckpt|pt|pth|bin|gguf|onnx|7z|rar|tar|gz)$/i;
/** Files named where none is of use. */
const NAMED = 8;

/** Files that nothing can be made of: weights in other formats; where `all` are of no use, whatever they are. */
function foreign(files: readonly DroppedFile[], all: boolean): SortProblem[] {
  const others = files.filter(({ path }) => OTHER_WEIGHTS.test(path));
  const message = (path: string) => `${path.split("/").at(-1)} is in another format; weights are read from .safetensors files`;
  const known = others.map(({ path }): SortProblem => ({ code: "unreadable", path, message: message(path) }));
  const rest = all ? files.filter((file) => !others.includes(file)).slice(0, NAMED) : [];
  return [...known, ...rest.map(({ path }): SortProblem => ({ code: "unused", path }))];
}

/** The same files, with those in zips (as we export models) in the zips' places. */
async function unpacked(files: readonly DroppedFile[], problems: SortProblem[]): Promise<readonly DroppedFile[]> {
  const all: DroppedFile[] = [];
  for (const one of files) {
    if (!one.file.name.endsWith(".zip")) {
      all.push(one);
      continue;
    }
    try {
      all.push(...(await zipEntries(one.file)));
    } catch (error) {
      if (!(error instanceof CascadeError)) throw error;
      problems.push({ code: "unreadable", path: one.path, message: error.message });
    }
  }
  return all;
}

/** Weights that belong together: a file, or the shards of an index. */
interface Group {
  readonly path: string;
  readonly weights: readonly File[];
  readonly index?: File;
}

async function weightsOf(files: readonly DroppedFile[], problems: SortProblem[], signal?: AbortSignal): Promise<Group[]> {
  const groups: Group[] = [];
  const sharded = new Set<DroppedFile>();
  for (const { path, file } of files) {
    if (!file.name.endsWith(".safetensors.index.json")) continue;
    const names = await shardsOf(file, signal);
    const shards = names?.map((name) => files.find((other) => other.file.name === name && folderOf(other.path) === folderOf(path)));
    if (names === undefined || shards === undefined) {
      problems.push({ code: "unreadable", path, message: `${file.name} names no shards.` });
      continue;
    }
    const whole = shards.filter((shard) => shard !== undefined);
    for (const shard of whole) sharded.add(shard);
    const lost = names.filter((_, i) => shards[i] === undefined);
    if (lost.length === 0) groups.push({ path, weights: whole.map((shard) => shard.file), index: file });
    else problems.push({ code: "unreadable", path, message: `${file.name} names ${lost.join(", ")}, which is not beside it.` });
  }
  for (const one of files) {
    if (one.file.name.endsWith(".safetensors") && !sharded.has(one)) groups.push({ path: one.path, weights: [one.file] });
  }
  return groups;
}

async function shardsOf(index: File, signal?: AbortSignal): Promise<readonly string[] | undefined> {
  try {
    const { weight_map: map }: { weight_map?: unknown } = JSON.parse(
      await readText(blobSource(index, index.name), MAX_INDEX_BYTES, signal),
    );
    if (typeof map !== "object" || map === null) return undefined;
    const names = [...new Set<unknown>(Object.values(map))].filter((name) => typeof name === "string").sort();
    return names.length === 0 ? undefined : names;
  } catch (error) {
    if (error instanceof CascadeError && error.code === "aborted") throw error;
    return undefined;
  }
}

async function candidatesOf(
  { path, weights, index }: Group,
  files: readonly DroppedFile[],
  problems: SortProblem[],
  signal?: AbortSignal,
): Promise<[PartName, Candidate][]> {
  const sources = weights.map((file) => blobSource(file, file.name));
  try {
    const keys = new Set<string>();
    for (const source of sources) for (const key of (await openSafetensors(source, signal)).tensors.keys()) keys.add(key);
    const names = PART_NAMES.filter((part) => findPart(part, keys) !== undefined);
    if (names.length === 0) problems.push({ code: "unused", path });
    const config = names.length === 1 ? configOf(path, weights, files) : undefined;
    const bytes = weights.reduce((sum, { size }) => sum + size, 0);
    const given = [...weights, ...(index ? [index] : []), ...(config ? [config] : [])];
    const found: [PartName, Candidate][] = [];
    for (const part of names) {
      const { shapes, layout } = await openCheckpoint(part, sources, signal);
      found.push([part, { ...factsOf(part, shapes), path, files: given, layout, bytes }]);
    }
    return found;
  } catch (error) {
    if (!(error instanceof CascadeError) || error.code === "aborted") throw error;
    problems.push({ code: "unreadable", path, message: error.message });
    return [];
  }
}

/** The configuration of weights: a file that is called like them, or the folder's config.json where no other weights are in it. */
function configOf(path: string, weights: readonly File[], files: readonly DroppedFile[]): File | undefined {
  const beside = files.filter((other) => folderOf(other.path) === folderOf(path));
  const stem = weights[0]?.name.replace(/\.safetensors$/, "") ?? "";
  const named = (name: string) => beside.filter(({ file }) => file.name === name);
  const [own] = [...named(`${stem}.json`), ...named(`${stem}.safetensors.json`)];
  if (own !== undefined) return own.file;
  const configs = named("config.json");
  // Variants of one model (model.safetensors, model.bf16.safetensors) share a configuration; loose files of several parts don't.
  const strangers = beside.filter(({ file }) => file.name.endsWith(".safetensors") && firstWord(file.name) !== firstWord(stem));
  return configs.length === 1 && strangers.length === 0 ? configs[0]?.file : undefined;
}

function tokenizerOf(files: readonly DroppedFile[]): readonly File[] {
  const main = files.find(({ file }) => file.name === "tokenizer.json");
  if (main === undefined) return [];
  const config = files.find(({ path, file }) => file.name === "tokenizer_config.json" && folderOf(path) === folderOf(main.path));
  return config === undefined ? [main.file] : [main.file, config.file];
}

/** Plain names before variants, files of their own before all-in-one ones. */
function rank({ path, layout }: Candidate): number {
  return (path.split("/").at(-1) ?? "").split(".").length + (layout === "comfyui" ? 100 : 0);
}

function folderOf(path: string): string {
  return path.split("/").slice(0, -1).join("/");
}

function firstWord(name: string): string {
  return name.split(/[.-]/)[0] ?? name;
}
