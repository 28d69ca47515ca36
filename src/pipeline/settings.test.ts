import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CascadeError } from "../shared/errors.ts";
import { parseManifest } from "../shared/parse-manifest.ts";
import { latentShapes } from "./geometry.ts";
import { checkSettings, defaultSettings, MAX_SEED } from "./settings.ts";
import type { Settings } from "./types.ts";

// The embedded model's geometry: steps of 128 pixels, and a second level that needs more than one of them.
const embedded = parseManifest(readFileSync(new URL("../../public/models/mini/cascade.json", import.meta.url), "utf8"));
const stage = { target: "epsilon", sampler: "ddpm-wuerstchen", steps: 20, guidance: 4, shift: 2, guidance_rescale: 0 } as const;
const manifest = {
  ...embedded,
  latents: { stage_c: { channels: 16, compression: 42.67 }, stage_b: { channels: 4, per_stage_c: 10.67 }, granularity: 128 },
  sampling: { stage_c: stage, stage_b: stage },
};
const good = defaultSettings(manifest, "a cat");

/** The sentence a change of good settings is refused with; undefined where they stay good. */
function refusal(change: Partial<Settings>): string | undefined {
  try {
    checkSettings({ ...good, ...change }, manifest);
    return undefined;
  } catch (error) {
    if (error instanceof CascadeError && error.code === "bad-settings") return error.message;
    throw error;
  }
}

describe("settings", () => {
  it("are good as the model recommends them", () => {
    expect(good).toMatchObject({ width: 1024, height: 1024 });
    expect(refusal({})).toBeUndefined();
  });

  it.each<[string, Partial<Settings>, string]>([
    ["an empty prompt", { prompt: " \n" }, "The prompt is empty: write what the picture should show."],
    ["a book", { prompt: "a".repeat(20_001) }, "The prompt has 20001 characters, more than 20000: shorten it."],
    [
      "a width between sizes",
      { width: 1000 },
      "A width of 1000 pixels is not possible: this model makes multiples of 128 from 256 to 4096; the nearest are 896 and 1024.",
    ],
    [
      "no height",
      { height: 0 },
      "A height of 0 pixels is not possible: this model makes multiples of 128 from 256 to 4096; the nearest is 256.",
    ],
    [
      "a height that is no number",
      { height: Number.NaN },
      "A height of NaN pixels is not possible: this model makes multiples of 128 from 256 to 4096; the nearest is 1024.",
    ],
    ["a negative seed", { seed: -1 }, "The seed is -1, but must be a whole number from 0 to 4294967295."],
    ["too large a seed", { seed: MAX_SEED + 1 }, "The seed is 4294967296, but must be a whole number from 0 to 4294967295."],
    ["no steps", { stageC: { ...good.stageC, steps: 0 } }, "Stage C's number of steps is 0, but must be a whole number from 1 to 1000."],
    [
      "half a step",
      { stageB: { ...good.stageB, steps: 1.5 } },
      "Stage B's number of steps is 1.5, but must be a whole number from 1 to 1000.",
    ],
    [
      "endless guidance",
      { stageB: { ...good.stageB, guidance: Number.POSITIVE_INFINITY } },
      "Stage B's guidance is Infinity, but must be a number from 0 to 100.",
    ],
  ])("refuse %s with one sentence", (_, change, sentence) => {
    expect(refusal(change)).toBe(sentence);
  });

  it("allow exactly the sides the model's geometry makes, and name ones they allow", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.integer({ min: -1, max: 40 }).map((n) => 128 * n),
          fc.integer({ min: -100, max: 6000 }),
        ),
        (width) => {
          const sentence = refusal({ width });
          expect(sentence === undefined).toBe(width % 128 === 0 && width >= 256 && width <= 4096);
          const [, near = "256"] = /the nearest (?:is|are) (.*)\.$/.exec(sentence ?? "") ?? [];
          for (const side of near.split(" and ").map(Number)) expect(refusal({ width: side })).toBeUndefined();
        },
      ),
    );
  });
});

describe("latent sizes", () => {
  it("are the reference's, and Stage A makes the size that was asked for", () => {
    expect(latentShapes(manifest.latents, 1024, 768)).toEqual({ stageC: [1, 16, 18, 24], stageB: [1, 4, 192, 256] });
    for (let side = 128; side <= 4096; side += 128) {
      const { stageC, stageB } = latentShapes(manifest.latents, side, 1024);
      expect([stageC[3], stageB[3] * 4]).toEqual([Math.ceil(side / 42.67), side]);
    }
  });
});
