import type { PrecisionName, RequiredPart } from "../shared/manifest.ts";
import type { ConvertJob } from "./job.ts";

/** A model of the catalogue that is converted from published weights. */
export interface CatalogueModel {
  readonly id: string;
  readonly name: string;
  /** Repository of the hub, and the commit, tag or branch its files are taken at. The answers' commit is pinned while a download lasts. */
  readonly repository: string;
  readonly revision: string;
  readonly files: { readonly [K in RequiredPart]: CatalogueFile };
  readonly tokenizer: readonly string[];
  /** Where the terms are that must be agreed to before the first byte. */
  readonly licence: { readonly name: string; readonly path: string };
}

export interface CatalogueFile {
  readonly path: string;
  /** Bytes to download, to two digits; the host says them exactly. */
  readonly bytes: number;
  readonly parameters: number;
}

const OFFICIAL = {
  repository: "stabilityai/stable-cascade",
  revision: "main",
  tokenizer: ["tokenizer/tokenizer.json", "tokenizer/tokenizer_config.json"],
  licence: { name: "Stability AI Non-Commercial Research Community License", path: "LICENSE" },
} as const;

const bf16 = (path: string, bytes: number): CatalogueFile => ({ path, bytes, parameters: bytes / 2 });
const STAGE_A: CatalogueFile = { path: "stage_a.safetensors", bytes: 74e6, parameters: 18.4e6 };
const TEXT_ENCODER = bf16("text_encoder/model.bf16.safetensors", 1.4e9);
const C = { full: bf16("stage_c_bf16.safetensors", 7.2e9), lite: bf16("stage_c_lite_bf16.safetensors", 2.1e9) };
const B = { full: bf16("stage_b_bf16.safetensors", 3.1e9), lite: bf16("stage_b_lite_bf16.safetensors", 1.4e9) };

function official(id: string, name: string, stageC: CatalogueFile, stageB: CatalogueFile): CatalogueModel {
  return { ...OFFICIAL, id, name, files: { "text-encoder": TEXT_ENCODER, "stage-c": stageC, "stage-b": stageB, "stage-a": STAGE_A } };
}

/** Published models, the smallest first. The embedded one needs no entry: it comes with the page. */
export const CATALOGUE: readonly CatalogueModel[] = [
  official("lite", "Stable Cascade lite", C.lite, B.lite),
  official("mixed", "Stable Cascade, lite Stage B", C.full, B.lite),
  official("full", "Stable Cascade", C.full, B.full),
];

/** Stored bytes a parameter, scales and the weights kept higher included. */
const STORED: Readonly<Record<PrecisionName, number>> = { q4: 0.62, q8: 1.15, f16: 2.02, f32: 4 };

/** Bytes to download, and bytes at most stored, to two digits. */
export function sizesOf({ files }: CatalogueModel, precision: PrecisionName): { readonly download: number; readonly stored: number } {
  const all = Object.values(files);
  return {
    download: all.reduce((sum, { bytes }) => sum + bytes, 0),
    stored: all.reduce((sum, { parameters }) => sum + parameters * STORED[precision], 0),
  };
}

/** The conversion of a catalogue's model; `base` is the hub or a mirror laid out like it. */
export function jobOf(model: CatalogueModel, precision: PrecisionName, base = "https://huggingface.co"): ConvertJob {
  const ref = (path: string) => ({ url: `${base}/${model.repository}/resolve/${model.revision}/${path}` });
  const { files } = model;
  return {
    id: `${model.id}-${precision}`,
    name: model.name,
    precision,
    parts: {
      "text-encoder": [ref(files["text-encoder"].path)],
      "stage-c": [ref(files["stage-c"].path)],
      "stage-b": [ref(files["stage-b"].path)],
      "stage-a": [ref(files["stage-a"].path)],
    },
    tokenizer: model.tokenizer.map(ref),
  };
}
