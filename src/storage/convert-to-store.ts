import type { ByteSource } from "../convert/byte-source.ts";
import { type ConvertEvent, type ConvertOptions, convert } from "../convert/convert.ts";
import type { CascadeManifest } from "../shared/manifest.ts";
import type { ModelStore } from "./model-store.ts";

/** Raised when other bytes would come out of the same sources: an unfinished model of before starts anew then. */
const CONVERTER = 1;

/** Converts into the store under `id`; goes on where an earlier conversion of the same sources was cut. */
export function convertToStore(
  store: ModelStore,
  id: string,
  options: ConvertOptions,
  onEvent: (event: ConvertEvent) => void | Promise<void>,
  signal?: AbortSignal,
): Promise<CascadeManifest> {
  return store.write(id, identityOf(options), async (folder) => {
    const conversion = convert(options, folder, signal);
    for (;;) {
      const step = await conversion.next();
      if (!step.done) await onEvent(step.value);
      else if (step.value !== undefined) return step.value;
      else throw new Error("only whole models are stored: a part or the tokenizer is missing");
    }
  });
}

/** What the bytes of a converted model depend on: each source's name, size and identity, and what is made of them. */
export function identityOf({ parts, tokenizer = [], name, precision, sampling, shardBytes }: ConvertOptions): string {
  const source = ({ name, size, identity }: ByteSource) => [name, size, identity ?? null];
  return JSON.stringify({
    converter: CONVERTER,
    name,
    precision,
    shardBytes: shardBytes ?? null,
    sampling: sampling ?? null,
    parts: Object.entries(parts).map(([part, files]) => [part, files.map(source)]),
    tokenizer: tokenizer.map(source),
  });
}
