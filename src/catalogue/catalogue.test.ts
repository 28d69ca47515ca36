import { expect, test } from "vitest";
import { CATALOGUE, jobOf, officialModel } from "./catalogue.ts";
import { verdict } from "./verdict.ts";

test("a model of the catalogue is a job whose files lie at its revision", () => {
  const job = jobOf({ ...officialModel("lite", "lite"), revision: "c0ffee" }, "q4", { base: "https://mirror.example" });
  expect(job.id).toBe("lite-q4");
  expect(job.parts["stage-c"]).toEqual([
    { url: "https://mirror.example/stabilityai/stable-cascade/resolve/c0ffee/stage_c_lite_bf16.safetensors" },
  ]);
  expect(job.tokenizer.length).toBe(2);
});

test("the user's own files take the place of published parts", () => {
  const file = new File(["x"], "mine.safetensors");
  const job = jobOf(officialModel("full", "lite"), "q8", { own: { "stage-c": [file] }, token: "secret" });
  expect(job.parts["stage-c"]).toEqual([file]);
  expect(job.parts["stage-b"]).toMatchObject([{ url: expect.stringContaining("/stage_b_lite_bf16.safetensors") }]);
  expect(job.token).toBe("secret");
});

test("models come smallest first, each with an id of its own, and store less the lower the precision", () => {
  const downloads = CATALOGUE.map(({ files }) => verdict(files, "q4", undefined, undefined).download);
  expect(downloads).toEqual(downloads.toSorted((a, b) => a - b));
  expect(new Set(CATALOGUE.map(({ id }) => id)).size).toBe(4);
  for (const { files } of CATALOGUE) {
    const [q4 = 0, q8 = 0, f16 = 0] = (["q4", "q8", "f16"] as const).map(
      (precision) => verdict(files, precision, undefined, undefined).stored,
    );
    expect(q4).toBeLessThan(q8);
    expect(q8).toBeLessThan(f16);
  }
});
