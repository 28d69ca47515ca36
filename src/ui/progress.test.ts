import fc from "fast-check";
import { expect, test } from "vitest";
import type { CascadeEvent } from "../pipeline/types.ts";
import { advance, announce, fraction, NOT_STARTED, progressText, STAGES, stageFraction } from "./progress.ts";

/** The events of a run, in order. */
function run(steps: { c: number; b: number; tiles: number }): CascadeEvent[] {
  const count = { "text-encoder": 1, "stage-c": steps.c, "stage-b": steps.b, "stage-a": steps.tiles };
  return STAGES.flatMap(({ stage }): CascadeEvent[] => [
    { type: "stage", stage, state: "loading" },
    { type: "stage", stage, state: "running" },
    ...Array.from({ length: count[stage] }, (_, i): CascadeEvent => ({ type: "step", stage, step: i + 1, steps: count[stage] })),
    { type: "stage", stage, state: "done", seconds: 1 },
  ]);
}

test("a run's progress never goes back and ends at all of it", () => {
  const steps = fc.record({
    c: fc.integer({ min: 1, max: 30 }),
    b: fc.integer({ min: 1, max: 12 }),
    tiles: fc.integer({ min: 1, max: 16 }),
  });
  fc.assert(
    fc.property(steps, (counts) => {
      let progress = NOT_STARTED;
      let last = fraction(progress);
      expect(last).toBe(0);
      for (const event of run(counts)) {
        progress = advance(progress, event);
        expect(fraction(progress)).toBeGreaterThanOrEqual(last);
        last = fraction(progress);
      }
      expect(last).toBeCloseTo(1);
    }),
  );
});

test("a stage's part is filled by its own steps alone", () => {
  const progress = advance(NOT_STARTED, { type: "step", stage: "stage-b", step: 3, steps: 4 });
  expect(STAGES.map(({ stage }) => stageFraction(progress, stage))).toEqual([1, 1, 0.75, 0]);
});

test("progress reads as stage and step", () => {
  const words = run({ c: 2, b: 1, tiles: 1 }).reduce<{ progress: typeof NOT_STARTED; seen: string[] }>(
    ({ progress, seen }, event) => {
      const next = advance(progress, event);
      const text = progressText(next);
      return { progress: next, seen: seen.at(-1) === text ? seen : [...seen, text] };
    },
    { progress: NOT_STARTED, seen: [progressText(NOT_STARTED)] },
  ).seen;
  expect(words).toEqual([
    "Loading the model",
    "Loading the text encoder",
    "Reading the prompt",
    "Loading Stage C",
    "Stage C",
    "Stage C, step 1 of 2",
    "Stage C, step 2 of 2",
    "Loading Stage B",
    "Stage B",
    "Stage B, step 1 of 1",
    "Loading Stage A",
    "Stage A",
    "Stage A, tile 1 of 1",
  ]);
});

test("what is not progress changes nothing, so that nothing is drawn anew", () => {
  expect(advance(NOT_STARTED, { type: "note", message: "The prompt was cut." })).toBe(NOT_STARTED);
});

test("each stage is announced by what it does", () => {
  expect(announce({ ...NOT_STARTED, stage: "stage-c" })).toBe("Stage C composes.");
});
