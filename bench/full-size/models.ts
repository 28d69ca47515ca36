import { join } from "node:path";
import type { PartName } from "../../src/shared/manifest.ts";

export type ModelName = "lite" | "full";

/** The published files of each model, by their names in fixtures/published. */
export const MODELS: Readonly<Record<ModelName, readonly (readonly [part: PartName, file: string])[]>> = {
  lite: [
    ["text-encoder", "text_encoder"],
    ["stage-c", "stage_c_lite"],
    ["stage-b", "stage_b_lite"],
    ["stage-a", "stage_a"],
  ],
  full: [
    ["text-encoder", "text_encoder"],
    ["stage-c", "stage_c"],
    ["stage-b", "stage_b"],
    ["stage-a", "stage_a"],
  ],
};

/** Any tokenizer makes a model whole; this is the published one. The command line takes the second file by itself, because it lies beside the first. */
export const TOKENIZER = ["tokenizer.json", "tokenizer_config.json"].map((name) =>
  join(import.meta.dirname, "../../public/models/mini", name),
);
