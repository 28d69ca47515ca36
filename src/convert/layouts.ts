import type { PartName } from "../shared/manifest.ts";

/** The layouts checkpoints come in; all are read as diffusers' (transformers' for the text encoder) keys. */
export type Layout = "official" | "diffusers" | "comfyui";

/** Where a part's keys begin in an all-in-one file, then in a file of its own. The longest come first. */
const PREFIXES: Readonly<Record<PartName, readonly string[]>> = {
  "stage-c": ["model.diffusion_model.", ""],
  "stage-b": ["model.diffusion_model.", ""],
  "stage-a": ["vae.", ""],
  previewer: ["vae.previewer.", "previewer.", ""],
  "text-encoder": ["text_encoder.clip_g.transformer.", "text_encoder.transformer.", "text_encoder.", ""],
};

/** A key that a part always has, and no other part does. */
const MARKS: Readonly<Record<PartName, readonly string[]>> = {
  "stage-c": ["clip_txt_mapper.weight"],
  "stage-b": ["effnet_mapper.0.weight", "clip_mapper.weight"],
  "stage-a": ["out_block.0.weight"],
  previewer: ["blocks.24.weight"],
  "text-encoder": ["text_model.final_layer_norm.weight", "text_model.embeddings.position_embedding.weight"],
};

export const PART_NAMES: readonly PartName[] = ["text-encoder", "stage-c", "stage-b", "stage-a", "previewer"];

/** How a part is called in messages. */
export const PART_TITLES: Readonly<Record<PartName, string>> = {
  "text-encoder": "a text encoder",
  "stage-c": "Stage C",
  "stage-b": "Stage B",
  "stage-a": "Stage A",
  previewer: "a previewer",
};

/** What a part's keys begin with in this file; undefined where the part is not in it. */
export function findPart(part: PartName, keys: { has(key: string): boolean }): string | undefined {
  return PREFIXES[part].find((prefix) => MARKS[part].some((mark) => keys.has(prefix + mark)));
}

/** A stored tensor seen as a canonical one: all of it, or a third of its rows. */
export interface Rename {
  readonly key: string;
  /** Which third of the rows, for attention stored fused; undefined for the whole tensor. */
  readonly third?: 0 | 1 | 2;
  readonly transposed?: boolean;
}

/** The canonical tensors a stored one holds. `key` has lost the part's prefix. */
export function canonical(part: PartName, key: string): readonly Rename[] {
  if (part !== "stage-c" && part !== "stage-b") return [{ key }];
  // The official Stage B calls its pooled mapper clip_mapper.
  if (key.startsWith("clip_mapper.")) return [{ key: key.replace("clip_mapper.", "clip_txt_pooled_mapper.") }];
  // Official attention is torch's nn.MultiheadAttention: query, key and value are stacked by rows.
  const fused = /^(.*\.attention)\.attn\.in_proj_(weight|bias)$/.exec(key);
  if (fused) {
    const [, module, kind] = fused;
    return ([0, 1, 2] as const).map((third) => ({ key: `${module}.${["to_q", "to_k", "to_v"][third]}.${kind}`, third }));
  }
  return [{ key: key.replace(".attention.attn.out_proj.", ".attention.to_out.0.").replace(".attention.attn.to_", ".attention.to_") }];
}

/** A key outside a part's prefix that belongs to it: some all-in-one files keep open_clip's text projection, [in, out]. */
export function strayKey(part: PartName, prefix: string, key: string): Rename | undefined {
  return part === "text-encoder" && prefix === "text_encoder.clip_g.transformer." && key === "text_encoder.clip_g.text_projection"
    ? { key: "text_projection.weight", transposed: true }
    : undefined;
}

/** The layout a part's keys show; only for what is told to the user. */
export function layoutOf(prefix: string, keys: Iterable<string>): Layout {
  if (prefix !== "") return "comfyui";
  for (const key of keys) if (/\.attn\.in_proj_|^clip_mapper\.|^vquantizer\.codebook\.|^blocks\.24\./.test(key)) return "official";
  return "diffusers";
}
