import fc from "fast-check";
import { expect, test } from "vitest";
import { learned, type Paces, type Plan, roughSeconds, STAGE_ORDER, secondsLeft, secondsOf } from "./pace.ts";

const PLAN: Plan = {
  where: "mini wasm",
  width: 1024,
  height: 1024,
  steps: { "text-encoder": 1, "stage-c": 20, "stage-b": 8 },
  guided: ["stage-c"],
};
/** A run in which every stage loads for 1 s and takes 2 s a step; Stage A has 9 tiles. */
const measured = (plan: Plan, perStep = 2): Paces =>
  STAGE_ORDER.reduce<Paces>((paces, stage) => {
    const steps = plan.steps[stage] ?? 9;
    return learned(paces, plan, { stage, loading: 1, seconds: perStep * steps, steps });
  }, {});

test("before anything was measured nothing is promised, and after one run the next is known", () => {
  expect(secondsOf({}, PLAN)).toBeUndefined();
  expect(secondsOf(measured(PLAN), PLAN)).toBe(4 + 2 * (1 + 20 + 8 + 9));
  // More steps of the same pace; another size, model or guidance is another pace.
  expect(secondsOf(measured(PLAN), { ...PLAN, steps: { ...PLAN.steps, "stage-c": 40 } })).toBe(4 + 2 * (1 + 40 + 8 + 9));
  expect(secondsOf(measured(PLAN), { ...PLAN, width: 768 })).toBeUndefined();
  expect(secondsOf(measured(PLAN), { ...PLAN, where: "mini webgpu" })).toBeUndefined();
  expect(secondsOf(measured(PLAN), { ...PLAN, guided: [] })).toBeUndefined();
});

test("what is left shrinks with every step and second, and is never negative", () => {
  const paces = measured(PLAN);
  const left = (step: number, since: number) => secondsLeft(paces, PLAN, { stage: "stage-c", loading: false, step, since }) ?? -1;
  const rest = 2 + 2 * (8 + 9);
  expect(left(0, 0)).toBe(40 + rest);
  expect(left(19, 1)).toBe(1 + rest);
  expect(left(20, 99)).toBe(rest);
  expect(secondsLeft(paces, PLAN, { stage: "stage-a", loading: false, step: 9, since: 3 })).toBe(0);
  // This run's own pace goes before the learned one.
  expect(secondsLeft(paces, PLAN, { stage: "stage-c", loading: false, step: 10, since: 0, perStep: 5 })).toBe(50 + rest);
});

test("paces follow a machine that changes its speed", () => {
  fc.assert(
    fc.property(fc.double({ min: 0.1, max: 10, noNaN: true }), (seconds) => {
      let paces = measured(PLAN);
      for (let i = 0; i < 12; i++) paces = learned(paces, PLAN, { stage: "stage-c", loading: 1, seconds: seconds * 20, steps: 20 });
      const now = secondsLeft(paces, PLAN, { stage: "stage-c", loading: false, step: 19, since: 0 }) ?? 0;
      expect(now - 2 - 2 * (8 + 9)).toBeCloseTo(seconds, 1);
    }),
  );
  expect(learned({}, PLAN, { stage: "stage-c", loading: 1, seconds: 0, steps: 0 })).toEqual({});
});

test("the first guess grows with model, size and steps and shrinks with cores", () => {
  const guess = roughSeconds(12.4e6, PLAN, 2);
  expect(guess).toBeGreaterThan(3);
  expect(guess).toBeLessThan(20);
  expect(roughSeconds(24.8e6, PLAN, 2)).toBeCloseTo(2 * guess);
  expect(roughSeconds(12.4e6, { ...PLAN, width: 2048 }, 2)).toBeCloseTo(2 * guess);
  expect(roughSeconds(12.4e6, PLAN, 4)).toBeCloseTo(guess / 2);
});
