import { expect, test } from "vitest";
import { addDims, dim, floorDiv, mulDims, sameDim } from "./dim.ts";

const [h, w] = [dim("height"), dim("width")];

test("sums and products have one canonical text", () => {
  expect(`${addDims(mulDims(w, h), 85)}`).toBe("height*width + 85");
  expect(sameDim(mulDims(addDims(h, 1), w), addDims(w, mulDims(h, w)))).toBe(true);
  expect(addDims(h, mulDims(h, -1), 4)).toBe(4);
  expect(mulDims(2, 3)).toBe(6);
});

test("whole quotients keep what divides out of the floor", () => {
  expect(sameDim(floorDiv(mulDims(4, h), 2), mulDims(2, h))).toBe(true);
  expect(`${floorDiv(addDims(h, -2), 2)}`).toBe("floor(height/2) + -1");
  expect(sameDim(addDims(floorDiv(addDims(h, -2), 2), 1), floorDiv(h, 2))).toBe(true);
  expect(`${floorDiv(floorDiv(h, 2), 2)}`).toBe("floor(floor(height/2)/2)");
  expect(sameDim(mulDims(2, floorDiv(h, 2)), h)).toBe(false); // an odd height loses a row
  expect(floorDiv(7, 2)).toBe(3);
});

test("a quotient of a sum is one factor", () => {
  const quotient = floorDiv(addDims(mulDims(h, w), h), 2);
  expect(`${mulDims(quotient, quotient)}`).toBe(`${quotient}*${quotient}`);
});
