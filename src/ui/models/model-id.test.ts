import { expect, test } from "vitest";
import { freeId, modelId } from "./model-id.ts";

test.each([
  ["My Model (v2)", "my-model-v2-q4"],
  ["Füchse & Häuser", "fuchse-hauser-q4"],
  ["../../etc", "etc-q4"],
  ["a".repeat(100), `${"a".repeat(48)}-q4`],
])("%s is stored as %s", (name, id) => expect(modelId(name, "q4")).toBe(id));

test("a name without letters is none", () => expect(modelId(" ... 狐 ", "q4")).toBeUndefined());

test("a taken name gets a number", () => {
  expect(freeId("a", [])).toBe("a");
  expect(freeId("a", ["a", "a-2"])).toBe("a-3");
});
