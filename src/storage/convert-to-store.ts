import type { ByteSource } from "../convert/byte-source.ts";
import { type ConvertEvent, type ConvertOptions, convert } from "../convert/convert.ts";
import { checkedFolder } from "../convert/output-folder.ts";
import { CascadeError } from "../shared/errors.ts";
import type { CascadeManifest } from "../shared/manifest.ts";
import type { KeptJob } from "./kept-job.ts";
import type { ModelStore, OpenFolder } from "./model-store.ts";

/** Raised when other bytes would come out of the same sources: an unfinished model of before starts anew then. */
const CONVERTER = 3;

/** A conversion whose sources are open. */
export interface Prepared {
  readonly options: ConvertOptions;
  /** Looks at the sources once all is written, before the model is complete. `bad-checkpoint` from it: what was made of them is removed. */
  readonly check?: () => Promise<void>;
  /** Kept beside the model from now on. */
  readonly job?: KeptJob;
}

/**
 * Converts into the store under `id`; goes on where an earlier conversion of the same sources was cut. `prepare` opens the sources, which may take long and
 * be cut, too: it runs when the model is locked and `begun` is kept.
 */
export async function convertToStore(
  store: ModelStore,
  id: string,
  prepare: () => Promise<Prepared>,
  onEvent: (event: ConvertEvent) => void | Promise<void>,
  signal?: AbortSignal,
  begun?: KeptJob,
): Promise<CascadeManifest> {
  let wrong = false;
  const write = async (open: OpenFolder): Promise<CascadeManifest> => {
    const { options, check = async () => {}, job } = await prepare();
    const checked = checkedFolder(await open(identityOf(options), job), () =>
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
    return await store.write(id, begun, write);
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
