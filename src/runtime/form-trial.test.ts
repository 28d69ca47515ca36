import { expect, test } from "vitest";
import { secondIsQuicker, type TimedRun } from "./form-trial.ts";

/** A device that takes `ms` for each of the batch; the first run of a batch takes `compile` more. */
function device(ms: number, compile = 0): { readonly run: TimedRun; readonly batches: number[] } {
  const batches: number[] = [];
  const run = async (batch: number) => {
    const isFirst = !batches.includes(batch);
    batches.push(batch);
    return batch * ms + (isFirst ? compile : 0);
  };
  return { run, batches };
}

test.each([
  { first: 100, second: 40, expected: true },
  { first: 100, second: 95, expected: false },
  { first: 100, second: 300, expected: false },
])("$second ms against $first ms: in parts is $expected", async ({ first, second, expected }) => {
  expect(await secondIsQuicker(device(first).run, device(second).run)).toBe(expected);
});

test("the time of compiling shaders does not count", async () => {
  expect(await secondIsQuicker(device(100).run, device(40, 5000).run)).toBe(true);
});

test("where a run is too short to tell, a larger one decides; where it is long, it is not made longer", async () => {
  const slow = device(40);
  await secondIsQuicker(device(1).run, slow.run);
  expect(Math.max(...slow.batches)).toBe(1);
  const [a, b] = [device(5), device(2)];
  expect(await secondIsQuicker(a.run, b.run)).toBe(true);
  expect(Math.max(...a.batches)).toBe(16);
});
