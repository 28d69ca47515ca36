import type { Settings } from "../pipeline/types.ts";

/** What a comparison varies along one axis. */
export type Axis =
  | { readonly by: "seed"; readonly values: readonly number[] }
  | { readonly by: "stepsC" | "stepsB" | "guidanceC" | "guidanceB"; readonly values: readonly number[] }
  | { readonly by: "prompt"; readonly values: readonly string[] };

/** A picture of the comparison, by its place. */
export interface Cell {
  readonly column: number;
  readonly row: number;
  readonly settings: Settings;
}

const NAMES: Readonly<Record<Axis["by"], string>> = {
  seed: "Seed",
  stepsC: "Stage C steps",
  stepsB: "Stage B steps",
  guidanceC: "Stage C guidance",
  guidanceB: "Stage B guidance",
  prompt: "",
};

/** The pictures of a comparison, row by row: `base` with one value of each axis. Without `rows` it has one row. */
export function comparison(base: Settings, columns: Axis, rows?: Axis): Cell[] {
  const down = rows === undefined ? [base] : variants(base, rows);
  return down.flatMap((start, row) => variants(start, columns).map((settings, column) => ({ column, row, settings })));
}

/** What stands at each place of an axis: "Seed 7", or the prompt itself. */
export function axisLabels({ by, values }: Axis): string[] {
  return values.map((value) => `${NAMES[by]} ${value}`.trim());
}

function variants(base: Settings, axis: Axis): Settings[] {
  switch (axis.by) {
    case "seed":
      return axis.values.map((seed) => ({ ...base, seed }));
    case "prompt":
      return axis.values.map((prompt) => ({ ...base, prompt }));
    case "stepsC":
      return axis.values.map((steps) => ({ ...base, stageC: { ...base.stageC, steps } }));
    case "stepsB":
      return axis.values.map((steps) => ({ ...base, stageB: { ...base.stageB, steps } }));
    case "guidanceC":
      return axis.values.map((guidance) => ({ ...base, stageC: { ...base.stageC, guidance } }));
    case "guidanceB":
      return axis.values.map((guidance) => ({ ...base, stageB: { ...base.stageB, guidance } }));
  }
}
