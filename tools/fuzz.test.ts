import { expect, test } from "vitest";
import { fuzzReader } from "./fuzz.ts";

test("no generated or mutated file makes the reader fail, hang, or ask for more than is there", async () => {
  const { accepted, inputs } = await fuzzReader(3000);
  // Of both kinds enough, or the inputs prove nothing.
  expect(accepted).toBeGreaterThan(inputs / 50);
  expect(accepted).toBeLessThan(inputs / 2);
});
