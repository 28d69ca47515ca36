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

/** Fields that decide how many blocks there are. They must be as the tensors show, or a false number could make a graph without end. */
const STRUCTURE: ReadonlySet<string> = new Set([
  "block_out_channels",
  "block_types_per_layer",
  "down_num_layers_per_block",
  "up_num_layers_per_block",
  "down_blocks_repeat_mappers",
  "up_blocks_repeat_mappers",
  "num_hidden_layers",
  "bottleneck_blocks",
  "levels",
]);

/**
 * A part's constructor values: what its tensors show, and, where a config.json came with it, what that says. Fields of the file that the
 * tensors never show are dropped, so that every layout gives the same configuration. Throws `bad-checkpoint` where the two disagree
 * on the network's blocks.
 */
export function configOf(checkpoint: Checkpoint, json?: Readonly<Record<string, unknown>>): InferredConfig {
  const inferred = inferConfig(checkpoint);
  const own = OWN_FIELD[checkpoint.part];
  if (json === undefined || own === undefined || json[own] === undefined) return inferred;
  const config: Record<string, unknown> = {};
  for (const [field, shown] of Object.entries(inferred.config)) {
    const given = json[field];
    if (given !== undefined && STRUCTURE.has(field) && JSON.stringify(given) !== JSON.stringify(shown)) {
      throw new CascadeError(
        "bad-checkpoint",
        `The configuration beside ${checkpoint.name} says ${field} ${JSON.stringify(given)}, but its tensors show ${JSON.stringify(shown)}.`,
      );
    }
    config[field] = given === undefined ? shown : given;
  }
  // Early CLIP configs say 2, which was never the end token; transformers then takes the highest id instead.
  if (config.eos_token_id === 2) config.eos_token_id = inferred.config.eos_token_id;
  // Levels without attention have heads in some configs and none in others.
  const { num_attention_heads: heads } = config;
  const { num_attention_heads: shown } = inferred.config;
  if (Array.isArray(heads) && Array.isArray(shown)) config.num_attention_heads = heads.map((count, i) => (shown[i] === -1 ? -1 : count));
  return { config, notes: [] };
}
