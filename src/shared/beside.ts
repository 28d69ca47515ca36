/** Names of what is kept beside a stored model's own files, of which none may be called so. */
export const BESIDE = {
  /** Where it comes from, there from the moment a conversion or an import starts. */
  job: "job.json",
  /** One line that identifies sources and plan, then one for each step that is finished. */
  journal: "journal.jsonl",
  /** Empty; its time of change is when the model was last opened. */
  used: "used",
} as const;
