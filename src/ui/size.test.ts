import { expect, test } from "vitest";
import { SIZE_NAMES, sizeOf } from "./size.ts";

test("sizes have about a million pixels in steps the model can make", () => {
  expect(SIZE_NAMES.map((name) => sizeOf(name, 128))).toEqual([
    { width: 1024, height: 1024 },
    { width: 896, height: 1152 },
    { width: 1152, height: 896 },
  ]);
});

test.each([32, 64, 128, 192, 256, 1024])("every size is a multiple of a granularity of %i", (granularity) => {
  for (const name of SIZE_NAMES) {
    const { width, height } = sizeOf(name, granularity);
    expect([width % granularity, height % granularity]).toEqual([0, 0]);
    expect(width * height).toBeGreaterThan(512 * 1024);
    expect(width * height).toBeLessThan(2048 * 1024);
  }
});
