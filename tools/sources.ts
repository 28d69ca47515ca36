import { openAsBlob } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { basename, join, relative } from "node:path";
import { CATALOGUE, jobOf } from "../src/catalogue/catalogue.ts";
import type { ByteSource } from "../src/convert/byte-source.ts";
import { PART_TITLES } from "../src/convert/layouts.ts";
import { type DroppedFile, type SortProblem, sortFiles } from "../src/convert/sort-files.ts";
import type { UrlOpener } from "../src/convert/url-opener.ts";
import { CascadeError } from "../src/shared/errors.ts";
import { HUB } from "../src/shared/hub-hosts.ts";
import type { PartName } from "../src/shared/manifest.ts";
import type { SourceRef } from "../src/storage/job.ts";
import { fileSource } from "./node-files.ts";

/** What a conversion is made of. */
export interface FoundSources {
  /** What the model is called where the user says nothing. */
  readonly name?: string;
  readonly parts: { readonly [K in PartName]?: readonly ByteSource[] };
  readonly tokenizer: readonly ByteSource[];
  /** For the user: what was found where, and what could not be used. */
  readonly notes: readonly string[];
}

/** Finds the parts among files and folders by what is in them, as the page does with dropped ones. Rejects with `bad-checkpoint`. */
export async function sourcesAmong(paths: readonly string[], signal?: AbortSignal): Promise<FoundSources> {
  const onDisk = new Map<File, string>();
  const dropped: DroppedFile[] = [];
  const add = async (path: string, shown: string): Promise<void> => {
    if (!/\.(safetensors|json)$/.test(path)) return;
    const file = new File([await openAsBlob(path)], basename(path));
    onDisk.set(file, path);
    dropped.push({ path: shown, file });
  };
  for (const path of paths) {
    const found = await stat(path).catch(() => undefined);
    if (found === undefined) throw new CascadeError("bad-checkpoint", `${path} does not exist.`);
    if (!found.isDirectory()) await add(path, path);
    else {
      for (const entry of await readdir(path, { withFileTypes: true, recursive: true })) {
        const inside = join(entry.parentPath, entry.name);
        if (!entry.isDirectory()) await add(inside, join(basename(path), relative(path, inside)).replaceAll("\\", "/"));
      }
    }
  }
  const sorted = await sortFiles(dropped, signal);
  if (sorted.converted !== undefined) {
    throw new CascadeError("bad-checkpoint", `${paths.join(", ")} holds a converted model (cascade.json): there is nothing to convert.`);
  }
  const open = (files: readonly File[]): Promise<ByteSource[]> =>
    Promise.all(files.map((file) => fileSource(onDisk.get(file) ?? file.name)));
  const parts: { [K in PartName]?: ByteSource[] } = {};
  const notes: string[] = [];
  for (const [part, candidates] of Object.entries(sorted.parts) as [PartName, NonNullable<(typeof sorted.parts)[PartName]>][]) {
    const [first] = candidates;
    if (first === undefined) continue;
    parts[part] = await open(first.files);
    notes.push(`${part}: ${first.path}`);
  }
  return { parts, tokenizer: await open(sorted.tokenizer), notes: [...notes, ...sorted.problems.map(sentenceOf)] };
}

function sentenceOf(problem: SortProblem): string {
  switch (problem.code) {
    case "missing":
      return `No ${problem.part === "tokenizer" ? "tokenizer.json" : `file with ${PART_TITLES[problem.part]}`} is among these files.`;
    case "several":
      return `Several files could be ${PART_TITLES[problem.part]}: ${problem.paths.join(", ")}. The first is taken; name another with --${problem.part}.`;
    case "unreadable":
      return `${problem.path} is left out: ${problem.message}`;
    case "unused":
      return `${problem.path} is left out: it holds no part of the cascade.`;
  }
}

/** The files of a model of the catalogue, opened; nothing is downloaded yet but the first bytes. Rejects with `bad-settings`, `download-failed`. */
export async function publishedSources(id: string, base: string | undefined, agreed: boolean, urls: UrlOpener): Promise<FoundSources> {
  const model = CATALOGUE.find((candidate) => candidate.id === id);
  if (model === undefined) {
    throw new CascadeError("bad-settings", `--model must be one of ${CATALOGUE.map((candidate) => candidate.id).join(", ")}, not ${id}.`);
  }
  if (!agreed) {
    const { name, path } = model.licence;
    throw new CascadeError(
      "bad-settings",
      `These weights are under the ${name}: read ${HUB}/${model.repository}/blob/${model.revision}/${path}, and add --agree if you agree to it.`,
    );
  }
  // The precision does not matter here: the addresses are the same.
  const job = jobOf(model, "q4", base === undefined ? {} : { base });
  const open = (refs: readonly SourceRef[]): Promise<ByteSource[]> =>
    Promise.all(refs.flatMap((ref) => ("url" in ref ? [urls.open(ref.url)] : [])));
  const parts: { [K in PartName]?: ByteSource[] } = {};
  for (const [part, refs] of Object.entries(job.parts) as [PartName, readonly SourceRef[]][]) parts[part] = await open(refs);
  return { parts, tokenizer: await open(job.tokenizer), name: model.name, notes: [] };
}
