import { CascadeError } from "../shared/errors.ts";
import type { PartName } from "../shared/manifest.ts";
import type { ImportJob } from "./import-model.ts";
import type { ConvertJob, SourceRef } from "./job.ts";

/**
 * Where a model comes from, as it is kept beside it, so that it can be finished or repaired after a reload: addresses as they are, files on
 * disk by name and size (the page can't open them by itself), and never a token.
 */
export type KeptJob =
  | { readonly kind: "convert"; readonly job: KeptConversion }
  | { readonly kind: "import"; readonly id: string; readonly from: readonly KeptFile[] | { readonly url: string } };

export interface KeptConversion extends Omit<ConvertJob, "parts" | "tokenizer" | "token"> {
  readonly parts: { readonly [K in PartName]?: readonly KeptRef[] };
  readonly tokenizer: readonly KeptRef[];
}

export type KeptRef = KeptFile | { readonly url: string };

/** A file on the user's disk. */
export interface KeptFile {
  readonly name: string;
  readonly size: number;
  readonly lastModified: number;
}

/** What a kept job lacks to be run again. */
export interface Again {
  /** The files of a job that has some, chosen again. */
  readonly files?: readonly File[];
  readonly token?: string;
}

/** A job without its token, its files by name. */
export function keepConversion({ parts, tokenizer, token: _, ...rest }: ConvertJob): KeptJob {
  const kept: { [K in PartName]?: readonly KeptRef[] } = {};
  for (const [part, refs] of Object.entries(parts)) kept[part as PartName] = refs.map(keepRef);
  return { kind: "convert", job: { ...rest, parts: kept, tokenizer: tokenizer.map(keepRef) } };
}

export function keepImport({ id, from }: ImportJob): KeptJob {
  return { kind: "import", id, from: "url" in from ? from : from.map(keepFile) };
}

/** The conversion as it was. Rejects with `bad-settings`, naming the first file that is not among those given. */
export function renewConversion({ parts, tokenizer, ...rest }: KeptConversion, again: Again): ConvertJob {
  const find = finder(again.files);
  const renewed: { [K in PartName]?: readonly SourceRef[] } = {};
  for (const [part, refs] of Object.entries(parts)) renewed[part as PartName] = refs.map(find);
  return { ...rest, parts: renewed, tokenizer: tokenizer.map(find), ...(again.token !== undefined && { token: again.token }) };
}

/** The import as it was; the same. */
export function renewImport({ id, from }: Extract<KeptJob, { kind: "import" }>, again: Again): ImportJob {
  const find = finder(again.files);
  const renewed = "url" in from ? from : from.map((file) => find(file)).filter((ref) => ref instanceof File);
  return { id, from: renewed, ...(again.token !== undefined && { token: again.token }) };
}

function finder(files: readonly File[] = []): (ref: KeptRef) => SourceRef {
  // Folders hold files of one name (config.json): their times and sizes tell them apart.
  const byKey = new Map(files.map((file) => [keyOf(file), file]));
  return (ref) => {
    if ("url" in ref) return ref;
    const file = byKey.get(keyOf(ref));
    if (file !== undefined) return file;
    throw new CascadeError(
      "bad-settings",
      `${ref.name} (${ref.size} bytes) is not among the files you chose, or was changed since: choose it as it was.`,
    );
  };
}

function keepRef(ref: SourceRef): KeptRef {
  return "url" in ref ? ref : keepFile(ref);
}

function keepFile({ name, size, lastModified }: File): KeptFile {
  return { name, size, lastModified };
}

function keyOf({ name, size, lastModified }: KeptFile): string {
  return `${size} ${lastModified} ${name}`;
}
