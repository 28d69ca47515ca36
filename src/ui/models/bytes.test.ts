import { afterEach, expect, test } from "vitest";
import { startLanguage } from "../strings/language.ts";
import { bytesText } from "./bytes.ts";

afterEach(() => startLanguage([]));

test.each([
  [0, "0 B"],
  [900, "900 B"],
  [12_345, "12 kB"],
  [999_600, "1 MB"],
  [430e6, "430 MB"],
  [999.7e6, "1 GB"],
  [7.24e9, "7.2 GB"],
  [54e9, "54 GB"],
])("%d bytes are %s", (bytes, text) => expect(bytesText(bytes)).toBe(text));

test("in German with a comma", () => {
  startLanguage(["de"]);
  expect(bytesText(7.24e9)).toBe("7,2 GB");
});
