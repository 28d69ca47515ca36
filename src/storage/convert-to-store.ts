import type { ByteSource } from "../convert/byte-source.ts";
import { type ConvertEvent, type ConvertOptions, convert } from "../convert/convert.ts";
import { checkedFolder, type OutputFolder } from "../convert/output-folder.ts";
import { CascadeError } from "../shared/errors.ts";
import type { CascadeManifest } from "../shared/manifest.ts";
import type { KeptJob } from "./kept-job.ts";
import type { ModelStore } from "./model-store.ts";

/** Raised when other bytes would come out of the same sources: an unfinished model of before starts anew then. */
const CONVERTER = 3;

/** Converts into the store under `id`; goes on where an earlier conversion of the same sources was cut. */
export async function convertToStore(
  store: ModelStore,
  id: string,
  options: ConvertOptions,
  onEvent: (event: ConvertEvent) => void | Promise<void>,
  signal?: AbortSignal,
  /** Looks at the sources once all is written, before the model is complete. `bad-checkpoint` from it: what was made of them is removed. */
  check: () => Promise<void> = async () => {},
  /** Kept beside the model. */
  job?: KeptJob,
): Promise<CascadeManifest> {
  let wrong = false;
  const write = async (folder: OutputFolder): Promise<CascadeManifest> => {
    const checked = checkedFolder(folder, () =>
      check().catch((error: unknown) => {
        wrong = error instanceof CascadeError && error.code === "bad-checkpoint";
        throw error;
      }),
    );
    const conversion = convert(options, checked, signal);
    try {
      for (;;) {
        const step = await conversion.next();
        if (!step.done) await onEvent(step.value);
        else if (step.value !== undefined) return step.value;
        else throw new Error("only whole models are stored: a part or the tokenizer is missing");
      }
    } finally {
      await conversion.return(undefined); // where onEvent threw: gives the open files back
    }
  };
  try {
    return await store.write(id, identityOf(options), write, job);
  } catch (error) {
    // Else the journal would pass wrong bytes on to the next attempt.
    if (wrong) await store.delete(id);
    throw error;
  }
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
