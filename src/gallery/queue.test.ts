import * as fc from "fast-check";
import { expect, test } from "vitest";
import { consecutiveSeeds, moveJob, withoutJob } from "./queue.ts";

test("a batch has consecutive seeds, also at the end of 32 bits", () => {
  expect(consecutiveSeeds(7, 3)).toEqual([7, 8, 9]);
  expect(consecutiveSeeds(2 ** 32 - 1, 2)).toEqual([2 ** 32 - 1, 0]);
});

test("moving keeps every job once and the order of the others", () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(9)), fc.nat(9), fc.integer({ min: -12, max: 12 }), (ids, id, by) => {
      const queue = ids.map((each) => ({ id: each }));
      const moved = moveJob(queue, id, by);
      expect(withoutJob(moved, id)).toEqual(withoutJob(queue, id));
      expect(moved).toHaveLength(queue.length);
      const from = ids.indexOf(id);
      if (from >= 0) expect(moved.findIndex((job) => job.id === id)).toBe(Math.min(Math.max(from + by, 0), ids.length - 1));
    }),
  );
});
