import { afterEach, expect, test } from "vitest";
import { de } from "./de.ts";
import { en } from "./en.ts";
import { LANGUAGES, language, startLanguage, t } from "./language.ts";

afterEach(() => startLanguage([]));

test.each([
  [["de-AT", "en"], "de"],
  [["fr", "de"], "de"],
  [["en-GB", "de"], "en"],
  [["fr-CA"], "en"],
  [["toString"], "en"],
  [[], "en"],
] as const)("of the languages %j the page takes %s", (asked, taken) => {
  startLanguage(asked);
  expect(language()).toBe(taken);
  expect(t()).toBe(LANGUAGES[taken]);
});

/** Every text of a language by its path; what a function makes of sample values counts as its text. */
function texts(strings: object, path = ""): Map<string, string> {
  const found = new Map<string, string>();
  for (const [key, value] of Object.entries(strings)) {
    const at = `${path}.${key}`;
    if (typeof value === "string") found.set(at, value);
    else if (typeof value === "object" && value !== null && at !== ".app.causes") for (const each of texts(value, at)) found.set(...each);
  }
  return found;
}

test("German says nothing with no words, and leaves hardly anything in English", () => {
  const german = texts(de);
  const same = [...texts(en)].filter(([path, text]) => german.get(path) === text).map(([path]) => path);
  expect([...german].filter(([, text]) => text.trim() === "")).toEqual([]);
  // Names that both languages write alike: Prompt, Seed, WebGPU …
  expect(same.length).toBeLessThan(german.size / 8);
});
