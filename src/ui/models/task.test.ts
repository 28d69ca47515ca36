import { expect, test } from "vitest";
import { Meter } from "./meter.ts";
import { advanced, begun } from "./task.ts";

test("a task follows its events, and forgets to wait once bytes come again", () => {
  const meter = new Meter();
  const start = begun("convert", "lite-q4", "Lite");
  const waiting = advanced(start, { type: "waiting", host: "hub", seconds: 30 }, meter, 1000);
  expect(waiting.waitsUntil).toBe(31_000);
  const loaded = advanced(waiting, { type: "download", bytes: 5, rate: 1 }, meter, 2000);
  expect(loaded).toMatchObject({ downloaded: 5, waitsUntil: undefined, done: 0 });
  const written = [0, 1, 2, 3].reduce(
    (task, second) => advanced(task, { type: "progress", part: "stage-c", written: 10 * second, total: 100 }, meter, 1000 * second),
    loaded,
  );
  expect(written).toMatchObject({ part: "stage-c", done: 30, total: 100, rate: 10, left: 7 });
});

test("a conversion's task adds up what each rule of its plan costs, over the parts, the dearest first", () => {
  const meter = new Meter();
  const [norms, matrices] = [
    { precision: "f32", why: "norms" },
    { precision: "q4", why: "matrices" },
  ] as const;
  const part = (name: "stage-c" | "stage-b", ...bytes: readonly [number, number]) =>
    ({
      type: "part",
      part: name,
      from: "a file",
      bytes: bytes[0] + bytes[1],
      costs: [
        { rule: norms, parameters: 1, bytes: bytes[0] },
        { rule: matrices, parameters: 1, bytes: bytes[1] },
      ],
    }) as const;
  const first = advanced(begun("convert", "a", "A"), part("stage-c", 3, 20), meter, 0);
  expect(advanced(first, part("stage-b", 4, 30), meter, 0).plan).toEqual([
    { precision: "q4", why: "matrices", bytes: 50 },
    { precision: "f32", why: "norms", bytes: 7 },
  ]);
});
