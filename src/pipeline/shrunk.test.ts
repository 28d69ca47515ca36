import { expect, test } from "vitest";
import { shrunk } from "./shrunk.ts";

test("each square's mean, channel by channel; what is left over falls away", () => {
  const data = Float32Array.from({ length: 2 * 2 * 5 }, (_, i) => i);
  expect(shrunk({ data, dims: [1, 2, 2, 5] }, 2)).toEqual({ data: Float32Array.of(3, 5, 13, 15), dims: [1, 2, 1, 2] });
});

test("a latent smaller than a square is one pixel", () => {
  expect(shrunk({ data: Float32Array.of(1, 3), dims: [1, 1, 1, 2] }, 4)).toEqual({ data: Float32Array.of(2), dims: [1, 1, 1, 1] });
});
