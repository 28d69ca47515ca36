import { expect, test } from "vitest";
import { duration } from "./duration.ts";

test.each([
  [0.44, "0.4 s"],
  [9.96, "10 s"],
  [6, "6 s"],
  [89.4, "89 s"],
  [200, "3 min 20 s"],
  [1790, "30 min"],
  [7500, "2 h 5 min"],
])("%d seconds are %s", (seconds, text) => {
  expect(duration(seconds)).toBe(text);
});
