import { CascadeError } from "../shared/errors.ts";
import type { PartName } from "../shared/manifest.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { type InferredConfig, inferConfig } from "./infer-config.ts";

/** A field that tells a part's own config.json from another's that lies beside the file. */
const OWN_FIELD: Readonly<Record<PartName, string | undefined>> = {
  "stage-c": "block_out_channels",
  "stage-b": "block_out_channels",
  "stage-a": "bottleneck_blocks",
  "text-encoder": "intermediate_size",
  previewer: undefined,
};

/**
 * A part's constructor values: what its tensors show, and, where a config.json came with it, what that says. Fields of the file that the
 * network does not take are dropped, so that every layout gives the same configuration.
 */
export function configOf(checkpoint: Checkpoint, json?: Readonly<Record<string, unknown>>): InferredConfig {
  const inferred = inferConfig(checkpoint);
  const own = OWN_FIELD[checkpoint.part];
  if (json === undefined || own === undefined || json[own] === undefined) return inferred;
  const config = Object.fromEntries(
    Object.entries(inferred.config).map(([field, value]) => [field, pick(checkpoint.name, field, json[field], value)]),
  );
  if (checkpoint.part === "text-encoder" && config.eos_token_id === 2) {
    // Early CLIP configs say 2, which was never the end token; transformers then takes the highest id instead.
    config.eos_token_id = inferred.config.eos_token_id;
  }
  if (Array.isArray(config.num_attention_heads) && Array.isArray(inferred.config.num_attention_heads)) {
    // Levels without attention have heads in some configs and none in others.
    const without = inferred.config.num_attention_heads.map((heads) => heads === -1);
    config.num_attention_heads = config.num_attention_heads.map((heads, i) => (without[i] ? -1 : heads));
  }
  return { config, notes: [] };
}

/** The file's value where it is of the inferred one's kind. */
function pick(name: string, field: string, given: unknown, inferred: unknown): unknown {
  if (given === undefined) return inferred;
  const optional = inferred === null || given === null;
  if (optional || kindOf(given) === kindOf(inferred)) return given;
  throw new CascadeError(
    "bad-checkpoint",
    `The configuration of ${name} has ${field} ${JSON.stringify(given)}; a ${kindOf(inferred)} is needed.`,
  );
}

function kindOf(value: unknown): string {
  if (!Array.isArray(value)) return typeof value;
  return `list of ${Array.isArray(value[0]) ? "lists" : `${typeof value[0]}s`}`;
}
