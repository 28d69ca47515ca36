import type { Precision, WeightPrecision, WeightRole } from "../models/precision.ts";
import type { WeightSpec } from "../onnx/weight.ts";
import type { PartName, PrecisionName } from "../shared/manifest.ts";
import { sizeOf } from "../shared/tensor.ts";
import { bytesOf } from "./placement.ts";

/** Which weights get which precision, and why. A weight takes the first rule that holds for it. */
export interface PlanRule {
  readonly parts?: readonly PartName[];
  readonly roles?: readonly WeightRole[];
  /** Keys (diffusers names) the rule is for. */
  readonly keys?: RegExp;
  readonly precision: WeightPrecision;
  /** For the user: why not lower (or higher). */
  readonly why: string;
}

const SMALL: PlanRule = {
  roles: ["norm", "bias", "depthwise", "first", "last"],
  precision: "f32",
  why: "norms, biases, depthwise and first and last projections: few numbers, and an error in them reaches all that follows",
};
const POOLED: PlanRule = {
  keys: /clip_txt_pooled_mapper/,
  precision: "f16",
  why: "clip_txt_pooled_mapper: all of the prompt passes through it, and other converters found that it must not be quantized",
};
const TABLES: PlanRule = {
  roles: ["embedding"],
  precision: "f16",
  why: "token and position tables: looked up, not multiplied, so nothing averages their errors out",
};
const CONVOLUTIONS: PlanRule = {
  roles: ["conv"],
  precision: "f16",
  why: "convolutions between levels and repeats: few parameters (and no operator for fewer bits where they are not 1x1), and all of a level passes through them",
};
const PIXELS: PlanRule = {
  parts: ["stage-a", "previewer"],
  precision: "f16",
  why: "Stage A and the previewer: small, and their errors are seen as pixels",
};
const TIME_8: PlanRule = {
  roles: ["time"],
  precision: "q8",
  why: "timestep scales and shifts: they multiply the whole stream of every block",
};

/** The named plans, from the smallest files to the most exact. */
export const PLANS: Readonly<Record<PrecisionName, readonly PlanRule[]>> = {
  q4: [
    SMALL,
    POOLED,
    PIXELS,
    TABLES,
    CONVOLUTIONS,
    TIME_8,
    {
      keys: /clip_(txt|img)_mapper/,
      precision: "q8",
      why: "mappers of the prompt's tokens and image: few parameters, all conditioning passes through them",
    },
    {
      parts: ["text-encoder"],
      precision: "q8",
      why: "the text encoder runs once and is released: it is smaller than Stage C even at 8 bits, so memory is not saved by less",
    },
    { precision: "q4", why: "matrices of the residual blocks: nearly all parameters" },
  ],
  q8: [SMALL, POOLED, PIXELS, TABLES, CONVOLUTIONS, { precision: "q8", why: "matrices of the blocks: nearly all parameters" }],
  f16: [SMALL, { precision: "f16", why: "all larger weights; activations stay float32, which Stage C 3.6B needs" }],
  f32: [{ precision: "f32", why: "everything, for comparison with the reference" }],
};

/** What a rule came to: parameters and bytes stored. */
export interface RuleCost {
  readonly rule: PlanRule;
  readonly parameters: number;
  readonly bytes: number;
}

/** A plan for one part: what its graph asks while it is built, and what each rule then costs. */
export interface AppliedPlan {
  readonly precision: Precision;
  costs(weights: readonly WeightSpec[]): readonly RuleCost[];
}

/** Follows a plan for one part. */
export function applyPlan(rules: readonly PlanRule[], part: PartName): AppliedPlan {
  const chosen = new Map<string, PlanRule>();
  return {
    precision(key, role) {
      const rule = rules.find(
        ({ parts, roles, keys }) => (parts?.includes(part) ?? true) && (roles?.includes(role) ?? true) && (keys?.test(key) ?? true),
      );
      if (rule === undefined) throw new Error(`no rule of the plan holds for ${key} (${role})`);
      chosen.set(key, rule);
      return rule.precision;
    },
    costs(weights) {
      const costs = new Map(rules.map((rule) => [rule, { rule, parameters: 0, bytes: 0 }]));
      for (const { weight, initializers } of weights) {
        const rule = chosen.get(initializers[0]?.name.replace(/\.quantized$/, "") ?? "");
        const cost = rule && costs.get(rule);
        if (cost === undefined) throw new Error(`the plan was not asked for ${initializers[0]?.name}`);
        cost.parameters += sizeOf(weight.shape);
        cost.bytes += bytesOf(initializers);
      }
      return [...costs.values()].filter(({ parameters }) => parameters > 0);
    },
  };
}
