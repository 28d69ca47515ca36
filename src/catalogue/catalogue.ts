import type { PartFacts } from "../convert/part-facts.ts";
import { HUB } from "../shared/hub-hosts.ts";
import type { PrecisionName, RequiredPart } from "../shared/manifest.ts";
import type { ConvertJob, SourceRef } from "../storage/job.ts";

/** A model of the catalogue that is converted from published weights. */
export interface CatalogueModel {
  readonly id: string;
  readonly name: string;
  /** Repository of the hub, and the branch, tag or commit its files are taken at: a job is made at the commit it stands for. */
  readonly repository: string;
  readonly revision: string;
  readonly files: { readonly [K in RequiredPart]: CatalogueFile };
  readonly tokenizer: readonly string[];
  /** Where the terms are that must be agreed to before the first byte. */
  readonly licence: Licence;
}

export interface Licence {
  readonly name: string;
  readonly path: string;
}

export interface CatalogueFile extends PartFacts {
  readonly path: string;
  /** Bytes to download, to two digits; the host says them exactly. */
  readonly bytes: number;
}

/** The two sizes Stages C and B are published in. */
export type StageSize = "full" | "lite";

const OFFICIAL = {
  repository: "stabilityai/stable-cascade",
  revision: "a89f66d459ae653e3b4d4f992a7c3789d0dc4d16",
  tokenizer: ["tokenizer/tokenizer.json", "tokenizer/tokenizer_config.json"],
  licence: { name: "Stability AI Non-Commercial Research Community License", path: "LICENSE" },
} as const;

// What `factsOf` says of the published files' tensors.
const STAGE_A: CatalogueFile = {
  path: "stage_a.safetensors",
  bytes: 74e6,
  parameters: 18_447_863,
  largest: 1_179_648,
  work: 2.64e12,
  widest: 201_326_592,
};
const TEXT_ENCODER: CatalogueFile = {
  path: "text_encoder/model.bf16.safetensors",
  bytes: 1.4e9,
  parameters: 694_659_840,
  largest: 63_242_240,
  work: 0.097e12,
  widest: 394_240,
};
const C: { readonly [K in StageSize]: CatalogueFile } = {
  full: {
    path: "stage_c_bf16.safetensors",
    bytes: 7.2e9,
    parameters: 3_589_103_632,
    largest: 33_554_432,
    work: 3.74e12,
    widest: 4_718_592,
  },
  lite: {
    path: "stage_c_lite_bf16.safetensors",
    bytes: 2.1e9,
    parameters: 1_030_785_040,
    largest: 18_874_368,
    work: 1.06e12,
    widest: 3_538_944,
  },
};
const B: { readonly [K in StageSize]: CatalogueFile } = {
  full: {
    path: "stage_b_bf16.safetensors",
    bytes: 3.1e9,
    parameters: 1_562_941_136,
    largest: 13_107_200,
    work: 5.55e12,
    widest: 20_971_520,
  },
  lite: {
    path: "stage_b_lite_bf16.safetensors",
    bytes: 1.4e9,
    parameters: 699_471_248,
    largest: 10_616_832,
    work: 2e12,
    widest: 20_971_520,
  },
};

const NAMES: Readonly<Record<`${StageSize}-${StageSize}`, readonly [id: string, name: string]>> = {
  "lite-lite": ["lite", "Stable Cascade lite"],
  "lite-full": ["lite-c-full-b", "Stable Cascade, lite Stage C"],
  "full-lite": ["full-c-lite-b", "Stable Cascade, lite Stage B"],
  "full-full": ["full", "Stable Cascade"],
};

/** The published weights, with either size of each stage. */
export function officialModel(stageC: StageSize, stageB: StageSize): CatalogueModel {
  const [id, name] = NAMES[`${stageC}-${stageB}`];
  return { ...OFFICIAL, id, name, files: { "text-encoder": TEXT_ENCODER, "stage-c": C[stageC], "stage-b": B[stageB], "stage-a": STAGE_A } };
}

/** Published models, the smallest first. The embedded one needs no entry: it comes with the page. */
export const CATALOGUE: readonly CatalogueModel[] = [
  officialModel("lite", "lite"),
  officialModel("lite", "full"),
  officialModel("full", "lite"),
  officialModel("full", "full"),
];

/** The address of a repository's file on a hub, or a mirror laid out like it. */
export function addressOf({ repository, revision }: Pick<CatalogueModel, "repository" | "revision">, path: string, base = HUB): string {
  return `${base}/${repository}/resolve/${revision}/${path}`;
}

export interface JobChoices {
  /** The hub, or a mirror laid out like it. @default the hub */
  readonly base?: string;
  /** Files of the user's own that take the place of published parts. */
  readonly own?: Partial<Pick<ConvertJob["parts"], RequiredPart>>;
  readonly token?: string;
}

/** The conversion of a catalogue's model. */
export function jobOf(model: CatalogueModel, precision: PrecisionName, { base = HUB, own = {}, token }: JobChoices = {}): ConvertJob {
  const ref = (path: string): SourceRef => ({ url: addressOf(model, path, base) });
  const { files } = model;
  const part = (name: RequiredPart): readonly SourceRef[] => own[name] ?? [ref(files[name].path)];
  return {
    id: `${model.id}-${precision}`,
    name: model.name,
    precision,
    parts: {
      "text-encoder": part("text-encoder"),
      "stage-c": part("stage-c"),
      "stage-b": part("stage-b"),
      "stage-a": part("stage-a"),
    },
    tokenizer: model.tokenizer.map(ref),
    ...(token !== undefined && { token }),
  };
}
