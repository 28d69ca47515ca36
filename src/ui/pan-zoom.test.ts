import fc from "fast-check";
import { expect, test } from "vitest";
import { moved, type View, WHOLE, zoomed } from "./pan-zoom.ts";

const part = fc.double({ min: 0, max: 1, noNaN: true });
const steps = fc.array(
  fc.oneof(
    fc.record({ factor: fc.double({ min: 0.2, max: 5, noNaN: true }), x: part, y: part }),
    fc.record({ dx: fc.double({ min: -2, max: 2, noNaN: true }), dy: fc.double({ min: -2, max: 2, noNaN: true }) }),
  ),
);

test("whatever is done, the picture fills its frame", () => {
  fc.assert(
    fc.property(steps, (done) => {
      const view = done.reduce<View>((at, step) => ("factor" in step ? zoomed(at, step.factor, step) : moved(at, step.dx, step.dy)), WHOLE);
      expect(view.scale).toBeGreaterThanOrEqual(1);
      expect(view.scale).toBeLessThanOrEqual(16);
      for (const at of [view.x, view.y]) {
        expect(at).toBeLessThanOrEqual(0);
        expect(at + view.scale).toBeGreaterThanOrEqual(1 - 1e-9);
      }
    }),
  );
});

test("the point under the pointer stays where it is", () => {
  const view = zoomed(WHOLE, 4, { x: 0.25, y: 0.75 });
  expect(view).toEqual({ scale: 4, x: -0.75, y: -2.25 });
  expect((0.25 - view.x) / view.scale).toBe(0.25);
  expect(zoomed(view, 1 / 4, { x: 0.9, y: 0.1 })).toEqual(WHOLE);
});
