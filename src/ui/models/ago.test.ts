import { expect, test } from "vitest";
import { agoText } from "./ago.ts";

const NOW = Date.UTC(2026, 10, 23);

test.each([
  [0, "now"],
  [59, "now"],
  [-5, "now"],
  [61, "1 minute ago"],
  [7199, "1 hour ago"],
  [86_400, "yesterday"],
  [3 * 86_400, "3 days ago"],
  [15 * 86_400, "2 weeks ago"],
  [400 * 86_400, "last year"],
])("%d seconds ago is %s", (seconds, text) => expect(agoText(NOW - 1000 * seconds, NOW)).toBe(text));
