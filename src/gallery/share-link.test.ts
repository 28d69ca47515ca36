import * as fc from "fast-check";
import { expect, test } from "vitest";
import { fromFragment, toFragment } from "./share-link.ts";

const stage = fc.record({
  steps: fc.integer({ min: 1, max: 200 }),
  guidance: fc.double({ min: 0, max: 30, noNaN: true }).map(Math.abs),
  sampler: fc.constantFrom("ddpm-wuerstchen" as const, "ddpm" as const, "ddim" as const, "lcm" as const),
});
const settings = fc.record({
  prompt: fc.string({ unit: "grapheme" }),
  negativePrompt: fc.string({ unit: "grapheme" }),
  width: fc.integer({ min: 1, max: 4096 }),
  height: fc.integer({ min: 1, max: 4096 }),
  seed: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  stageC: stage,
  stageB: stage,
});

test("settings come back from their link", () => {
  fc.assert(
    fc.property(settings, (given) => {
      const url = new URL(`#${toFragment(given)}`, "https://host/");
      expect(fromFragment(url.hash)).toEqual(given);
    }),
  );
});

test("any fragment is read or refused, without numbers that are none", () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (c, rest) => {
      const read = fromFragment(`#v=1&prompt=a&seed=${rest}&size=${rest}&c=${c}`);
      for (const value of [read?.seed, read?.width, read?.stageC?.steps]) expect(value === undefined || Number.isFinite(value)).toBe(true);
    }),
  );
  expect(fromFragment("#section")).toBeUndefined();
  expect(fromFragment("#v=2&prompt=a")).toBeUndefined();
});
