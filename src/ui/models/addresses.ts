import type { ConvertJob, KeptJob } from "./types.ts";

/** Every address a job reads from: what the worker that does it may fetch. */
export function addressesOf(job: KeptJob | { readonly kind: "convert"; readonly job: ConvertJob } | undefined): readonly string[] {
  if (job === undefined) return [];
  const sources = job.kind === "convert" ? [...Object.values(job.job.parts).flat(), ...job.job.tokenizer] : [job.from].flat();
  return sources.flatMap((source) => ("url" in source ? [source.url] : []));
}
