import { expect, test } from "vitest";
import { differences } from "./settings-differences.ts";

const stage = { steps: 20, guidance: 4, sampler: "ddpm" as const };
const base = { prompt: "a fox", negativePrompt: "", width: 1024, height: 1024, seed: 1, stageC: stage, stageB: stage };

test("only what differs is named", () => {
  expect(differences(base, { ...base })).toEqual([]);
  expect(differences(base, { ...base, seed: 2, width: 512, stageB: { ...stage, guidance: 1.5 } })).toEqual([
    { name: "seed", values: ["1", "2"] },
    { name: "size", values: ["1024 × 1024", "512 × 1024"] },
    { name: "stageB", values: ["20 × ddpm, 4", "20 × ddpm, 1.5"] },
  ]);
});
