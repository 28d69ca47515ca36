import type { CascadeManifest, SamplingDefaults } from "../shared/manifest.ts";
import { parseSampling } from "../shared/parse-manifest.ts";

type Sampling = CascadeManifest["sampling"];

/** How the published weights are sampled in diffusers; the shifts are the official framework's, for its samplers. */
export const PUBLISHED: Sampling = {
  stage_c: { target: "epsilon", sampler: "ddpm-wuerstchen", steps: 20, guidance: 4, shift: 2, guidance_rescale: 0 },
  stage_b: { target: "epsilon", sampler: "ddpm-wuerstchen", steps: 10, guidance: 1, shift: 1, guidance_rescale: 0 },
};

/**
 * Sampling defaults from a sampling.json, `{"stage_c": {...}, "stage_b": {...}}` with a manifest's fields (`rescale` is taken for
 * `guidance_rescale`); what it leaves out is as published. Throws `bad-model` naming the field.
 */
export function readSampling(json: unknown, name: string): Sampling {
  const stages: Readonly<Record<string, unknown>> = isObject(json) ? json : {};
  const stage = (key: "stage_c" | "stage_b"): SamplingDefaults => {
    const given = stages[key];
    if (given === undefined) return PUBLISHED[key];
    const { rescale, ...rest }: Record<string, unknown> = isObject(given) ? given : { target: given };
    return parseSampling({ ...PUBLISHED[key], ...(rescale !== undefined && { guidance_rescale: rescale }), ...rest }, `${name}: ${key}`);
  };
  return { stage_c: stage("stage_c"), stage_b: stage("stage_b") };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
