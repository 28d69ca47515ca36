import { expect, test } from "vitest";
import { weighText } from "./weigh-text.ts";

const empty = { data: Float32Array.of(1, 1, 2, 2), dims: [1, 2, 2] };
const states = { data: Float32Array.of(3, 0.1, 4, -2, 5, 5, 6, 6), dims: [2, 2, 2] };

test("weights count from the empty prompt, token by token", () => {
  const weighed = weighText(states, empty, [1, 2, 0, 0.5]);
  expect(weighed.dims).toEqual([2, 2, 2]);
  expect(weighed.data).toEqual(Float32Array.of(3, 0.1, 6, -6, 1, 1, 4, 4));
});

test("weight 1 changes no bit", () => {
  expect(weighText(states, empty, [1, 1, 1, 1])).toEqual(states);
});
