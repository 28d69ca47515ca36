import { describe, expect, test } from "vitest";
import { publishedShapes } from "../../fixtures/checkpoints.ts";
import { canonical } from "../convert/layouts.ts";
import { factsOf } from "../convert/part-facts.ts";
import type { DeviceMeasure, GpuMeasure } from "../runtime/device-measure.ts";
import type { PartName } from "../shared/manifest.ts";
import { officialModel } from "./catalogue.ts";
import { verdict } from "./verdict.ts";

const processor = { threads: 8, gflops: 200 };
const gpu: GpuMeasure = {
  name: "a GPU",
  software: false,
  half: true,
  maxBufferSize: 2 ** 32,
  maxStorageBufferBindingSize: 2 ** 32 - 4,
  gflops: 10_000,
};
const withGpu = (changes: Partial<GpuMeasure> = {}): DeviceMeasure => ({ processor, gpu: { ...gpu, ...changes } });
const space = (quota: number, persisted = true) => ({ used: 1e9, quota, persisted });
const full = officialModel("full", "full").files;
const lite = officialModel("lite", "lite").files;
const codes = (given: ReturnType<typeof verdict>) => given.reasons.map(({ code }) => code);

describe("what is said before anything starts", () => {
  test("sizes alone, while device and room are unknown", () => {
    const given = verdict(lite, "q4", undefined, undefined);
    expect(given.download).toBeCloseTo(4.97e9, -8);
    expect(given.stored).toBeGreaterThan(1.8e9);
    expect(given.stored).toBeLessThan(2e9);
    expect(given).toMatchObject({ runs: true, fits: true, reasons: [] });
    expect(given.seconds).toBeUndefined();
  });

  test("a GPU large and fast enough: where it runs, how much at once, how long", () => {
    const given = verdict(full, "q4", withGpu(), space(1e12));
    expect(given).toMatchObject({ backend: "webgpu", runs: true, fits: true, reasons: [] });
    // 20 steps of 2 x 3.74 TFLOP, 10 of 2 x 5.55, Stage A's 2.6 and the text encoder's: at 10 TFLOP/s.
    expect(given.seconds).toBeCloseTo((20 * 2 * 3.74 + 10 * 2 * 5.55 + 2.64 + 0.2) / 10, 0);
    expect(given.memory).toBe(given.stages.find(({ stage }) => stage === "stage-c")?.memory);
    expect(verdict(full, "q8", withGpu(), space(1e12)).memory).toBeGreaterThan(given.memory);
    expect(verdict(full, "f16", withGpu(), space(1e12)).reasons).toMatchObject([{ code: "much-memory", forbids: false }]);
  });

  test("a GPU whose buffers are too small is named with stage, need and limit", () => {
    const small = withGpu({ maxStorageBufferBindingSize: 128 * 2 ** 20 });
    const { runs, reasons } = verdict(lite, "q4", small, undefined);
    expect(runs).toBe(false);
    expect(reasons).toContainEqual({
      code: "buffer-too-large",
      forbids: true,
      stage: "stage-b",
      needed: 4 * 2 * 20_971_520,
      limit: 128 * 2 ** 20,
    });
    // Without guidance in Stage B one half is computed, which fits.
    expect(verdict(lite, "q4", small, undefined, { stepsC: 20, guidanceC: 4, stepsB: 10, guidanceB: 1 }).runs).toBe(true);
  });

  test("no GPU, or one in software: the processor draws, slowly, and what is too large for WebAssembly does not run", () => {
    const none = verdict(lite, "q4", { processor }, undefined);
    expect(none).toMatchObject({ backend: "wasm", runs: true });
    expect(codes(none)).toContain("no-gpu");
    expect(none.seconds).toBeGreaterThan(300);
    const software = verdict(full, "q8", withGpu({ software: true, gflops: 0 }), undefined);
    expect(software.runs).toBe(false);
    expect(codes(software)).toEqual(["too-large-for-processor", "software-gpu", "slow"]);
  });

  test("no room, and models the browser may remove", () => {
    const given = verdict(full, "f16", withGpu(), space(5e9, false));
    expect(given).toMatchObject({ runs: true, fits: false });
    expect(codes(given)).toEqual(["no-room", "much-memory", "not-persisted"]);
    expect(given.reasons[0]).toMatchObject({ left: 4e9 });
    expect(codes(verdict(full, "q4", withGpu(), { used: 0, quota: 0, persisted: true }))).toEqual([]);
  });
});

test.each([
  ["text-encoder", "text_encoder", lite["text-encoder"]],
  ["stage-c", "stage_c", full["stage-c"]],
  ["stage-c", "stage_c_lite", lite["stage-c"]],
  ["stage-b", "stage_b", full["stage-b"]],
  ["stage-b", "stage_b_lite", lite["stage-b"]],
  ["stage-a", "stage_a", lite["stage-a"]],
] as const)("%s: the catalogue says what the tensors of %s say", (part: PartName, name, { parameters, largest, work, widest }) => {
  const shapes = new Map<string, readonly number[]>();
  for (const [key, shape] of Object.entries(publishedShapes(name))) {
    const [rows = 0, ...rest] = shape;
    for (const rename of canonical(part, key)) shapes.set(rename.key, rename.third === undefined ? shape : [rows / 3, ...rest]);
  }
  const facts = factsOf(part, shapes);
  expect({ parameters, largest, widest }).toEqual({ parameters: facts.parameters, largest: facts.largest, widest: facts.widest });
  expect(work / facts.work).toBeCloseTo(1, 2);
});
