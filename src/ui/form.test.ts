import { expect, test } from "vitest";
import { EMPTY_FORM, type Form, formFrom, formProblem, type ModelDefaults, numberProblem, settingsOf } from "./form.ts";

const MODEL: ModelDefaults = {
  granularity: 128,
  defaults: {
    negativePrompt: "",
    width: 1024,
    height: 1024,
    stageC: { steps: 20, guidance: 4, sampler: "ddpm" },
    stageB: { steps: 10, guidance: 1, sampler: "lcm" },
  },
};
const FOX: Form = { ...EMPTY_FORM, prompt: " a fox " };

test("an empty form takes what the model recommends, and a seed of its own", () => {
  expect(settingsOf(FOX, MODEL, 99)).toEqual({ ...MODEL.defaults, prompt: "a fox", seed: 99 });
  const seeds = new Set(Array.from({ length: 20 }, () => settingsOf(FOX, MODEL).seed));
  expect(seeds.size).toBeGreaterThan(15);
});

test("what is typed goes before what the model recommends", () => {
  const form: Form = {
    ...FOX,
    negativePrompt: "blur",
    seed: "4294967295",
    stepsC: "7",
    guidanceC: "2,5",
    stepsB: "1",
    guidanceB: "0",
    shape: "5:4",
  };
  expect(settingsOf(form, MODEL)).toEqual({
    prompt: "a fox",
    negativePrompt: "blur",
    width: 1152,
    height: 896,
    seed: 4294967295,
    stageC: { steps: 7, guidance: 2.5, sampler: "ddpm" },
    stageB: { steps: 1, guidance: 0, sampler: "lcm" },
  });
});

test("a custom size is made in the model's steps, and a style goes around the prompt", () => {
  const form: Form = { ...FOX, shape: "custom", width: "700", height: "1300", style: "watercolour", negativePrompt: "blur" };
  expect(settingsOf(form, MODEL)).toMatchObject({
    prompt: "watercolor painting of a fox, soft washes, paper texture",
    negativePrompt: "blur, photograph, hard edges",
    width: 640,
    height: 1280,
  });
  expect(formProblem({ ...form, width: "99999" })?.field).toBe("width");
  expect(formProblem({ ...form, shape: "1:1", width: "99999" })).toBeUndefined();
  expect(settingsOf({ ...FOX, shape: "custom" }, MODEL)).toMatchObject({ width: 1024, height: 1024 });
});

test.each([
  ["seed", "-1"],
  ["seed", "4294967296"],
  ["seed", "1.5"],
  ["seed", "1e3"],
  ["seed", "my birthday"],
  ["stepsC", "0"],
  ["stepsB", "201"],
  ["guidanceC", "31"],
  ["guidanceB", "x"],
] as const)("%s %s is refused in a sentence that says the range", (field, text) => {
  const form = { ...FOX, [field]: text };
  expect(numberProblem(form, field)).toMatch(/must be a (whole )?number from \d to \d+\. Leave it empty/);
  expect(formProblem(form)?.field).toBe(field);
});

test("an empty prompt is named first", () => {
  expect(formProblem({ ...EMPTY_FORM, prompt: " \n", seed: "x" })?.field).toBe("prompt");
  expect(formProblem(FOX)).toBeUndefined();
});

test("whatever was stored becomes a form", () => {
  expect(formFrom(undefined)).toEqual(EMPTY_FORM);
  expect(formFrom("x")).toEqual(EMPTY_FORM);
  expect(formFrom({ prompt: 5, seed: "7", shape: "round", backend: "wasm", extra: 1 })).toEqual({
    ...EMPTY_FORM,
    seed: "7",
    backend: "wasm",
  });
  expect(formFrom(structuredClone(FOX))).toEqual(FOX);
});
