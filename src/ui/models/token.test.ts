import { afterEach, beforeEach, expect, test, vi } from "vitest";

const HUB = "https://hub.example";

let kept: Map<string, string>;
beforeEach(() => {
  kept = new Map();
  vi.stubGlobal("localStorage", {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
  });
  vi.resetModules();
});
afterEach(() => vi.unstubAllGlobals());

test("a token goes to its own host alone", async () => {
  const { takeToken, tokenOf } = await import("./token.ts");
  takeToken(HUB, " secret ", false);
  expect(tokenOf([`${HUB}/a`, `${HUB}/b`])).toEqual({ token: "secret" });
  expect(tokenOf(["https://elsewhere.example/a"])).toEqual({});
  expect(tokenOf([`${HUB}/a`, "https://elsewhere.example/b"])).toEqual({});
  expect(tokenOf([])).toEqual({});
});

test("it is forgotten with the visit, unless it is to be remembered", async () => {
  const first = await import("./token.ts");
  first.takeToken(HUB, "secret", false);
  vi.resetModules();
  const second = await import("./token.ts");
  expect(second.tokenFor(HUB)).toBe("");
  second.takeToken(HUB, "secret", true);
  vi.resetModules();
  const third = await import("./token.ts");
  expect(third.tokenFor(HUB)).toBe("secret");
  expect(third.isRemembered(HUB)).toBe(true);
  third.takeToken(HUB, "secret", false);
  expect(third.isRemembered(HUB)).toBe(false);
});
