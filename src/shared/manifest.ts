/**
 * `cascade.json`: what a converted model's folder says about itself. The runtime needs nothing else,
 * so any static host can serve the folder and any ONNX tool can open its graphs.
 */
export interface CascadeManifest {
  readonly format: "cascade-onnx";
  readonly version: 1;
  /** Shown to the user, e.g. "mini" or "Stable Cascade lite". */
  readonly name: string;
  /** Requested precision; each part's own plan may keep tensors higher. */
  readonly precision: PrecisionName;
  readonly parts: { readonly [K in RequiredPart]: Part } & { readonly previewer?: Part };
  readonly tokenizer: {
    /** Tokenizer files by role; `tokenizer.json` is the Hugging Face form. */
    readonly files: readonly FileEntry[];
    /** Tokens a prompt is padded and cut to. */
    readonly max_length: number;
  };
  readonly latents: {
    /** Stage C's latent side is ceil(pixels / compression): 42.67 (official: 1024 px -> 24). */
    readonly stage_c: { readonly channels: number; readonly compression: number };
    /** Stage B's latent side is floor(C side * per_stage_c): 10.67 (24 -> 256). Stage A: 4 pixels each. */
    readonly stage_b: { readonly channels: number; readonly per_stage_c: number };
    /** Picture sides must be multiples of this many pixels. */
    readonly granularity: number;
  };
  readonly sampling: { readonly stage_c: SamplingDefaults; readonly stage_b: SamplingDefaults };
}

export type RequiredPart = "text-encoder" | "stage-c" | "stage-b" | "stage-a";
export type PartName = RequiredPart | "previewer";
export type PrecisionName = "q4" | "q8" | "f16" | "f32";
/** Precisions that weights stored at a higher one can be read at where memory is short. */
export type FewerBits = "q8" | "q4";

export interface FileEntry {
  /** A plain file name in the model's folder: no separators, no "..". */
  readonly file: string;
  /** Bytes. */
  readonly size: number;
  /** SHA-256, lower-case hex. */
  readonly sha256: string;
}

export interface Part {
  /** The .onnx file. */
  readonly graph: FileEntry;
  /** External data, in the order its shards are named in the graph. */
  readonly data: readonly FileEntry[];
  /** The network's constructor values, as the graph definition took them. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly parameters: number;
  /** Which weights have which precision, and how many parameters each. */
  readonly precision: Readonly<Record<string, number>>;
}

/** What the network was trained to predict (official framework's names). */
export type Target = "epsilon" | "x0" | "v";
export type SamplerName = "ddpm-wuerstchen" | "ddpm" | "ddim" | "lcm";

export interface SamplingDefaults {
  readonly target: Target;
  readonly sampler: SamplerName;
  readonly steps: number;
  /** Classifier-free guidance scale; at most 1 means one evaluation a step. */
  readonly guidance: number;
  /** logSNR shift of the official schedule (2 for C, 1 for B); ddpm-wuerstchen has none. */
  readonly shift: number;
  /** cfg_rho, 0 = plain guidance; ddpm-wuerstchen in diffusers has 0. */
  readonly guidance_rescale: number;
}
