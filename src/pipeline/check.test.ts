import { expect, test } from "vitest";
import { flawOf } from "./check.ts";

const tensor = (...values: number[]) => ({ data: Float32Array.from(values), dims: [values.length] });

test.each([
  [[0, 1, Number.NaN], "numbers that are not finite"],
  [[0, Number.NEGATIVE_INFINITY], "numbers that are not finite"],
  [[1, -65504], "numbers beyond all measure"],
  [[0, -0], "nothing but zeros"],
  [[0, 1e-30], undefined],
  [[-65000, 3], undefined],
] as const)("%j: %s", (values, flaw) => {
  expect(flawOf(tensor(...values))).toBe(flaw);
});
