import { expect, test } from "vitest";
import { nearestSide, RATIO_NAMES, ratioLabel, sizeOf } from "./size.ts";

test("sizes have about a million pixels in steps the model can make", () => {
  expect(RATIO_NAMES.map((name) => Object.values(sizeOf(name, false, 64)).join("x"))).toEqual([
    "1024x1024",
    "1152x896",
    "1152x896",
    "1280x832",
    "1344x768",
    "1536x640",
  ]);
  expect(sizeOf("3:2", true, 64)).toEqual({ width: 832, height: 1280 });
});

test.each([32, 64, 128, 192, 256, 1024])("every size is a multiple of a granularity of %i", (granularity) => {
  for (const name of RATIO_NAMES) {
    for (const upright of [false, true]) {
      const { width, height } = sizeOf(name, upright, granularity);
      expect([width % granularity, height % granularity]).toEqual([0, 0]);
      expect(width * height).toBeGreaterThan(512 * 1024);
      expect(width * height).toBeLessThanOrEqual(2048 * 1024);
      expect(upright ? height >= width : width >= height).toBe(true);
    }
  }
});

test.each([
  [1000, 128, 1024],
  [1, 128, 128],
  [1e6, 192, 4032],
  [700, 64, 704],
])("a side of %i becomes, in steps of %i, %i", (pixels, granularity, side) => {
  expect(nearestSide(pixels, granularity)).toBe(side);
});

test("an upright ratio is written the other way round", () => {
  expect(ratioLabel("16:9", true)).toBe("9:16");
  expect(ratioLabel("16:9", false)).toBe("16:9");
});
