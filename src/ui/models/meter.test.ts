import { expect, test } from "vitest";
import { Meter } from "./meter.ts";

test("says nothing before it knows something", () => {
  const meter = new Meter();
  meter.add(0, 0);
  meter.add(100, 1);
  expect(meter.rate()).toBeUndefined();
  expect(meter.left(1000)).toBeUndefined();
});

test("tells rate and time left", () => {
  const meter = new Meter();
  for (let second = 0; second <= 4; second++) meter.add(second * 100, second);
  expect(meter.rate()).toBe(100);
  expect(meter.left(1000)).toBe(6);
  expect(meter.left(300)).toBe(0);
});

test("forgets how fast it was long ago", () => {
  const meter = new Meter();
  for (let second = 0; second <= 60; second++) meter.add(second <= 30 ? second * 1000 : 30_000 + second - 30, second);
  expect(meter.rate()).toBeLessThan(1.1);
});

test("something that stands still has no end", () => {
  const meter = new Meter();
  for (let second = 0; second <= 30; second++) meter.add(5, second);
  expect(meter.left(10)).toBeUndefined();
});
