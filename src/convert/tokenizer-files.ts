import { CascadeError, messageOf } from "../shared/errors.ts";
import { type ByteSource, readText } from "./byte-source.ts";

/** CLIP's own is 3.6 MB. */
const MAX_BYTES = 2 ** 26;
const FILES = ["tokenizer.json", "tokenizer_config.json"];

/** A tokenizer's files as they are copied, and the tokens it allows. */
export interface TokenizerFiles {
  readonly files: readonly { readonly name: string; readonly bytes: Uint8Array<ArrayBuffer> }[];
  readonly maxLength: number | undefined;
}

/** Picks and checks the tokenizer's files out of a folder's. Rejects with `bad-checkpoint` where there is no tokenizer.json. */
export async function readTokenizer(sources: readonly ByteSource[], signal?: AbortSignal): Promise<TokenizerFiles> {
  const files: { name: string; bytes: Uint8Array<ArrayBuffer> }[] = [];
  let maxLength: number | undefined;
  for (const name of FILES) {
    const source = sources.find((candidate) => candidate.name === name);
    if (source === undefined) continue;
    const text = await readText(source, MAX_BYTES, signal);
    const json = parse(text, name);
    if (name === "tokenizer.json" && typeof json.model !== "object") {
      throw new CascadeError("bad-checkpoint", "tokenizer.json has no model: it is not a tokenizer in Hugging Face's form.");
    }
    const { model_max_length: length } = json;
    if (name === "tokenizer_config.json" && typeof length === "number" && length < 1e6) maxLength = length;
    files.push({ name, bytes: new TextEncoder().encode(text) });
  }
  if (files[0]?.name !== "tokenizer.json") {
    throw new CascadeError("bad-checkpoint", "The tokenizer's folder has no tokenizer.json; name the folder that has one.");
  }
  return { files, maxLength };
}

function parse(text: string, name: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new CascadeError("bad-checkpoint", `${name} is not JSON: ${messageOf(error)}.`, { cause: error });
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new CascadeError("bad-checkpoint", `${name} is not a JSON object.`);
}
