import { expect, test } from "vitest";
import { shortened } from "./shortened.ts";

test("a text is shown to its beginning", () => {
  expect(shortened("a fox", 5)).toBe("a fox");
  expect(shortened("a fox and a hound", 6)).toBe("a fox …");
  expect(shortened("🦊🦊🦊", 2)).toBe("🦊🦊 …");
});
