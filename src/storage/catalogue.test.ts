import { expect, test } from "vitest";
import { CATALOGUE, jobOf, sizesOf } from "./catalogue.ts";

test("a model of the catalogue is a job whose files lie at its revision", () => {
  const [lite] = CATALOGUE;
  if (lite === undefined) throw new Error("empty");
  const job = jobOf({ ...lite, revision: "c0ffee" }, "q4", "https://mirror.example");
  expect(job.id).toBe("lite-q4");
  expect(job.parts["stage-c"]).toEqual([
    { url: "https://mirror.example/stabilityai/stable-cascade/resolve/c0ffee/stage_c_lite_bf16.safetensors" },
  ]);
  expect(job.tokenizer.length).toBe(2);
});

test("models come smallest first, and store less the lower the precision", () => {
  const downloads = CATALOGUE.map((model) => sizesOf(model, "q4").download);
  expect(downloads).toEqual(downloads.toSorted((a, b) => a - b));
  for (const model of CATALOGUE) {
    expect(sizesOf(model, "q4").stored).toBeLessThan(sizesOf(model, "q8").stored);
    expect(sizesOf(model, "q8").stored).toBeLessThan(sizesOf(model, "f16").stored);
  }
});
