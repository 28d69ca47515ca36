import { expect, test } from "vitest";
import type { Settings } from "../pipeline/types.ts";
import { axisLabels, comparison, readAxis } from "./comparison.ts";

const NAMES = {
  seed: "Seed",
  stepsC: "Stage C steps",
  stepsB: "Stage B steps",
  guidanceC: "Stage C guidance",
  guidanceB: "Stage B guidance",
};

test("a comparison has a picture for each pair of values, row by row, and their labels", () => {
  const stage = { steps: 20, guidance: 4, sampler: "ddpm" as const };
  const base: Settings = { prompt: "a fox", negativePrompt: "", width: 1024, height: 1024, seed: 1, stageC: stage, stageB: stage };
  const guidance = { by: "guidanceC", values: [2, 6] } as const;
  const cells = comparison(base, { columns: { by: "seed", values: [7, 8, 9] }, rows: guidance });
  expect(cells.map(({ column, row, settings }) => [column, row, settings.seed, settings.stageC.guidance])).toEqual([
    [0, 0, 7, 2],
    [1, 0, 8, 2],
    [2, 0, 9, 2],
    [0, 1, 7, 6],
    [1, 1, 8, 6],
    [2, 1, 9, 6],
  ]);
  expect(cells[5]?.settings).toEqual({ ...base, seed: 9, stageC: { ...stage, guidance: 6 } });
  expect(comparison(base, { columns: { by: "prompt", values: ["a cat"] } })).toEqual([
    { column: 0, row: 0, settings: { ...base, prompt: "a cat" } },
  ]);
  expect(axisLabels(guidance, NAMES)).toEqual(["Stage C guidance 2", "Stage C guidance 6"]);
  expect(axisLabels({ by: "prompt", values: ["a cat"] }, NAMES)).toEqual(["a cat"]);
});

test.each([
  ["seed", "7, 8,9", [7, 8, 9]],
  ["seed", "7-10", [7, 8, 9, 10]],
  ["stepsC", "5 10..12", [5, 10, 11, 12]],
  ["guidanceC", "1.5, 4", [1.5, 4]],
  ["guidanceC", "1.5, four", undefined],
  ["seed", "1-4000000000", undefined],
  ["seed", "9-7", undefined],
  ["seed", "99", undefined],
  ["seed", " , ", undefined],
  ["prompt", "a cat\n\n a dog \n", ["a cat", "a dog"]],
  ["prompt", "\n", undefined],
] as const)("values of %s typed as %j are %j", (by, text, values) => {
  expect(readAxis(by, text, (_, value) => value <= 50)?.values).toEqual(values);
});
