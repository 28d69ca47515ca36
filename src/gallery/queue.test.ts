import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { Settings } from "../pipeline/types.ts";
import { axisLabels, comparison } from "./comparison.ts";
import { consecutiveSeeds, moveJob, withoutJob } from "./queue.ts";

test("a batch has consecutive seeds, also at the end of 32 bits", () => {
  expect(consecutiveSeeds(7, 3)).toEqual([7, 8, 9]);
  expect(consecutiveSeeds(2 ** 32 - 1, 2)).toEqual([2 ** 32 - 1, 0]);
});

test("moving keeps every job once and the order of the others", () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(9)), fc.nat(9), fc.integer({ min: -12, max: 12 }), (ids, id, by) => {
      const queue = ids.map((each) => ({ id: each }));
      const moved = moveJob(queue, id, by);
      expect(withoutJob(moved, id)).toEqual(withoutJob(queue, id));
      expect(moved).toHaveLength(queue.length);
      const from = ids.indexOf(id);
      if (from >= 0) expect(moved.findIndex((job) => job.id === id)).toBe(Math.min(Math.max(from + by, 0), ids.length - 1));
    }),
  );
});

test("a comparison has a picture for each pair of values, row by row, and their labels", () => {
  const stage = { steps: 20, guidance: 4, sampler: "ddpm" as const };
  const base: Settings = { prompt: "a fox", negativePrompt: "", width: 1024, height: 1024, seed: 1, stageC: stage, stageB: stage };
  const guidance = { by: "guidanceC", values: [2, 6] } as const;
  const cells = comparison(base, { by: "seed", values: [7, 8, 9] }, guidance);
  expect(cells.map(({ column, row, settings }) => [column, row, settings.seed, settings.stageC.guidance])).toEqual([
    [0, 0, 7, 2],
    [1, 0, 8, 2],
    [2, 0, 9, 2],
    [0, 1, 7, 6],
    [1, 1, 8, 6],
    [2, 1, 9, 6],
  ]);
  expect(cells[5]?.settings).toEqual({ ...base, seed: 9, stageC: { ...stage, guidance: 6 } });
  expect(comparison(base, { by: "prompt", values: ["a cat"] })).toEqual([{ column: 0, row: 0, settings: { ...base, prompt: "a cat" } }]);
  expect(axisLabels(guidance)).toEqual(["Stage C guidance 2", "Stage C guidance 6"]);
  expect(axisLabels({ by: "prompt", values: ["a cat"] })).toEqual(["a cat"]);
});
