import { expect, test, vi } from "vitest";
import { Ending } from "./ending.ts";

test("work gives its result, or its own error", async () => {
  const ending = new Ending();
  expect(await ending.orEnd(async () => 3)).toBe(3);
  await expect(ending.orEnd(() => Promise.reject(new Error("its own")))).rejects.toThrow("its own");
});

test("work that waits, and work that comes later, gets the first error", async () => {
  const ending = new Ending();
  const waiting = ending.orEnd(() => new Promise(() => {}));
  ending.end(new Error("first"));
  ending.end(new Error("second"));
  await expect(waiting).rejects.toThrow("first");
  const work = vi.fn(async () => 3);
  await expect(ending.orEnd(work)).rejects.toThrow("first");
  expect(work).not.toHaveBeenCalled();
});
