import type { Settings, WeightsRead } from "../pipeline/types.ts";
import { numberAs, type Restored, readSeed } from "./restored.ts";

interface ComparisonAxis {
  readonly by: "seed" | "guidanceC" | "stepsC" | "guidanceB" | "stepsB" | "prompt";
  readonly values: readonly (string | number)[];
}

/** What drew a picture. */
export interface DrawnBy {
  /** The model's name and precision. */
  readonly model: string;
  /** What its weights were read at, in order; absent: as they are stored. */
  readonly weights?: readonly WeightsRead[];
}

/** What a sheet of several pictures varies. */
export interface ComparisonAxes {
  readonly columns: ComparisonAxis;
  readonly rows?: ComparisonAxis;
}

/** What A1111's script "X/Y/Z plot" calls them. */
const AXIS_TYPES = {
  seed: "Seed",
  guidanceC: "CFG Scale",
  stepsC: "Steps",
  guidanceB: "Stage B CFG Scale",
  stepsB: "Stage B Steps",
  prompt: "Prompt S/R",
};

/**
 * Settings as the text AUTOMATIC1111's web UI keeps in `parameters`, which most tools and galleries read: the prompt, a line "Negative prompt: ...",
 * and a line "Steps: ..., Sampler: ...". Stage C's numbers go by the common names, Stage B's by their own.
 */
export function toParameters(
  { prompt, negativePrompt, width, height, seed, stageC, stageB }: Settings,
  { model, weights }: DrawnBy,
  axes?: ComparisonAxes,
): string {
  const values: Readonly<Record<string, string | number>> = {
    Steps: stageC.steps,
    Sampler: stageC.sampler,
    "CFG scale": stageC.guidance,
    Seed: seed,
    Size: `${width}x${height}`,
    Model: model,
    ...(weights !== undefined && { Weights: weights.join(", ") }),
    "Stage B steps": stageB.steps,
    "Stage B CFG scale": stageB.guidance,
    "Stage B sampler": stageB.sampler,
    ...(axes !== undefined && {
      Script: "X/Y/Z plot",
      "X Type": AXIS_TYPES[axes.columns.by],
      "X Values": axes.columns.values.join(", "),
      ...(axes.rows !== undefined && { "Y Type": AXIS_TYPES[axes.rows.by], "Y Values": axes.rows.values.join(", ") }),
    }),
    Version: "Cascade playground",
  };
  const line = Object.entries(values).map(([name, value]) => `${name}: ${quoted(String(value))}`);
  return [prompt, ...(negativePrompt === "" ? [] : [`Negative prompt: ${negativePrompt}`]), line.join(", ")].join("\n");
}

/** What A1111's tools read as one value: quoted where it has their separators. */
function quoted(value: string): string {
  return /[,:\n"]/.test(value) ? JSON.stringify(value) : value;
}

const VALUE = /\s*(\w[\w \-/]*):\s*("(?:\\.|[^\\"])*"|[^,]*)(?:,|$)/g;
/** Values that are said by others, or mean nothing for another picture. */
const SILENT = new Set(["Version", "Model hash", "Size", "Stage B steps", "Stage B CFG scale", "Stage B sampler"]);

/** Reads such a text; undefined where it has neither a line of values nor a negative prompt. */
export function fromParameters(text: string): Restored | undefined {
  const lines = text.trimEnd().split(/\r?\n/);
  const last = lines.at(-1) ?? "";
  const values = new Map([...last.matchAll(VALUE)].map(([, name = "", value = ""]) => [name.trim(), unquoted(value.trim())] as const));
  // Other tools write "Steps" always; a prompt that ends in "a: b" is no line of values.
  const hasValues = values.has("Steps") || values.size >= 3;
  if (hasValues) lines.pop();
  const negative = lines.findIndex((line) => line.startsWith("Negative prompt:"));
  if (!hasValues && negative < 0) return undefined;
  const prompt = lines.slice(0, negative < 0 ? undefined : negative).join("\n");
  const negativePrompt = negative < 0 ? "" : lines.slice(negative).join("\n").slice("Negative prompt:".length);

  const left: string[] = [];
  const size = /^(\d+)\s*x\s*(\d+)$/.exec(values.get("Size") ?? "");
  const settings = {
    prompt: prompt.trim(),
    negativePrompt: negativePrompt.trim(),
    ...(size !== null && { width: Number(size[1]), height: Number(size[2]) }),
    ...readSeed(values.get("Seed"), left),
    stageC: { ...numberAs("steps", values.get("Steps")), ...numberAs("guidance", values.get("CFG scale")) },
    stageB: { ...numberAs("steps", values.get("Stage B steps")), ...numberAs("guidance", values.get("Stage B CFG scale")) },
  };
  for (const [name, value] of hasValues ? values : []) {
    if (!SILENT.has(name) && !["Steps", "CFG scale", "Seed"].includes(name)) left.push(`${name.toLowerCase()} ${value}`);
  }
  return { source: "A1111", settings, left };
}

function unquoted(value: string): string {
  if (!value.startsWith('"')) return value;
  try {
    return String(JSON.parse(value));
  } catch {
    return value;
  }
}
