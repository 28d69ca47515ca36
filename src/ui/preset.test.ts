import { expect, test } from "vitest";
import { applySettings } from "./apply-settings.ts";
import { EMPTY_FORM, seedsOf } from "./form.ts";
import { type PresetName, presetOf, withPreset } from "./preset.ts";

const stage = (steps: number) => ({ steps, guidance: 4, sampler: "ddpm" as const });
const model = { defaults: { negativePrompt: "", width: 1024, height: 1024, stageC: stage(20), stageB: stage(1) } };

test("presets are shares of the model's steps, and known again", () => {
  expect(withPreset(EMPTY_FORM, "fast", model)).toMatchObject({ stepsC: "10", stepsB: "1" });
  expect(withPreset(EMPTY_FORM, "quality", model)).toMatchObject({ stepsC: "40", stepsB: "2" });
  for (const preset of ["fast", "balanced", "quality"] as PresetName[]) {
    expect(presetOf(withPreset({ ...EMPTY_FORM, stepsC: "3" }, preset, model), model)).toBe(preset);
  }
  expect(presetOf({ ...EMPTY_FORM, stepsC: "3" }, model)).toBe("custom");
  expect(withPreset({ ...EMPTY_FORM, stepsC: "3" }, "custom", model).stepsC).toBe("3");
});

test("settings from elsewhere fill the form, and what it can't hold is named", () => {
  const before = { ...EMPTY_FORM, prompt: "before", negativePrompt: "kept", seed: "1" };
  expect(
    applySettings(before, { prompt: "a fox", width: 760, height: 500, stageC: { steps: 900, guidance: 7.5, sampler: "ddim" } }, 128),
  ).toEqual({
    form: { ...before, prompt: "a fox", guidanceC: "7.5", samplerC: "ddim", shape: "custom", width: "768", height: "512" },
    left: ["Stage C steps 900", "size 760 × 500 (taken: 768 × 512)"],
  });
  expect(applySettings(before, { width: 896, height: 1152 }, 128).form).toMatchObject({ shape: "5:4", upright: true });
  expect(applySettings({ ...before, style: "oil" }, { prompt: "oil painting of a fox" }, 128).form.style).toBe("");
  expect(applySettings(before, {}, 128)).toEqual({ form: before, left: [] });
});

test("a batch counts on from the seed", () => {
  expect(seedsOf({ ...EMPTY_FORM, seed: "7", count: "3" })).toEqual([7, 8, 9]);
  expect(seedsOf(EMPTY_FORM, 5)).toEqual([5]);
});
