import type { KeptFile, KeptJob, KeptRef } from "../storage/kept-job.ts";

/** The files that must be chosen again before a job can be run; none for one that is all addresses. */
export function filesOfJob(kept: KeptJob): readonly KeptFile[] {
  const refs: readonly KeptRef[] =
    kept.kind === "convert"
      ? [...Object.values(kept.job.parts).flat(), ...kept.job.tokenizer]
      : "url" in kept.from
        ? [kept.from]
        : kept.from;
  const files = new Map<string, KeptFile>();
  for (const ref of refs) if (!("url" in ref)) files.set(`${ref.size} ${ref.lastModified} ${ref.name}`, ref);
  return [...files.values()];
}
