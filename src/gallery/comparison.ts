import type { Settings } from "../pipeline/types.ts";

export const AXES = ["seed", "guidanceC", "stepsC", "guidanceB", "stepsB", "prompt"] as const;
/** What a comparison varies along an axis. */
export type AxisName = (typeof AXES)[number];

/** What a comparison varies along one axis, and by which values. */
export type Axis =
  | { readonly by: Exclude<AxisName, "prompt">; readonly values: readonly number[] }
  | { readonly by: "prompt"; readonly values: readonly string[] };

/** The axes of a comparison. */
export interface Axes {
  readonly columns: Axis;
  readonly rows?: Axis;
}

/** A picture of the comparison, by its place. */
export interface Cell {
  readonly column: number;
  readonly row: number;
  readonly settings: Settings;
}

/** The pictures of a comparison, row by row: `base` with one value of each axis. Without `rows` it has one row. */
export function comparison(base: Settings, { columns, rows }: Axes): Cell[] {
  const down = rows === undefined ? [base] : variants(base, rows);
  return down.flatMap((start, row) => variants(start, columns).map((settings, column) => ({ column, row, settings })));
}

/** What stands at each place of an axis: "Seed 7" by the name the axis has, or the prompt itself. */
export function axisLabels({ by, values }: Axis, names: Readonly<Record<Exclude<AxisName, "prompt">, string>>): string[] {
  return values.map((value) => (by === "prompt" ? String(value) : `${names[by]} ${value}`));
}

/** Most values of one axis: beyond it nobody reads the sheet. */
export const MOST_VALUES = 10;

/**
 * An axis as typed: numbers with commas between, a range as "7-10" (also "7..10"); prompts one a line. Undefined where there is none, too many, or one
 * that `fits` refuses.
 */
export function readAxis(by: AxisName, text: string, fits: (by: Exclude<AxisName, "prompt">, value: number) => boolean): Axis | undefined {
  if (by === "prompt") {
    const values = text.split("\n").flatMap((line) => (line.trim() === "" ? [] : [line.trim()]));
    return values.length > 0 && values.length <= MOST_VALUES ? { by, values } : undefined;
  }
  const values: number[] = [];
  for (const part of text.split(/[,;\s]+/).filter((each) => each !== "")) {
    const range = /^(\d+)(?:-|–|\.\.)(\d+)$/.exec(part);
    const [first, last] = range === null ? [Number(part), Number(part)] : [Number(range[1]), Number(range[2])];
    if (!(last >= first && last - first < MOST_VALUES)) return undefined;
    for (let value = first; value <= last; value++) values.push(value);
  }
  const usable = values.length > 0 && values.length <= MOST_VALUES && values.every((value) => fits(by, value));
  return usable ? { by, values } : undefined;
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
