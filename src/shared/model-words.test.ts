import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { parseModelWords } from "./model-words.ts";

test("words.json of the embedded model names what it was taught, and its examples are made of that", () => {
  const file = resolve(import.meta.dirname, "../../public/models/mini/words.json");
  const words = parseModelWords(readFileSync(file, "utf8"));
  expect(words?.objects.length).toBeGreaterThanOrEqual(48);
  expect(words?.shapes).toHaveLength(6);
  expect(words?.colors).toHaveLength(11);
  expect(words?.examples.length).toBeGreaterThanOrEqual(6);
  const taught = [...(words?.objects ?? []), ...(words?.shapes ?? [])];
  for (const example of words?.examples ?? [])
    expect(
      taught.some((word) => example.includes(word)),
      example,
    ).toBe(true);
});

test("what is no list of words is left out, and nothing at all is undefined", () => {
  const none = { objects: [], shapes: [], colors: [], numbers: [], examples: [] };
  expect(parseModelWords('{"objects": ["cat", 7, "", "cat"], "shapes": "star", "more": ["x"]}')).toEqual({ ...none, objects: ["cat"] });
  for (const json of ["", "null", "[]", "7", "{}", '{"objects": []}', '{"objects": [{}]}']) expect(parseModelWords(json)).toBeUndefined();
});
