import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { expandAlternatives, WILDCARDS, withoutWildcards } from "./alternatives.ts";
import { escapePrompt, parseWeights, type Segment } from "./prompt-weights.ts";

/** Segments with weights a reader can compare. */
const rounded = (prompt: string): Segment[] =>
  parseWeights(prompt).map(({ text, weight }) => ({ text, weight: Number(weight.toFixed(4)) }));

describe("weights", () => {
  test.each<[string, [string, number][]]>([
    ["a red fox", [["a red fox", 1]]],
    [
      "a (red) fox",
      [
        ["a ", 1],
        ["red", 1.1],
        [" fox", 1],
      ],
    ],
    [
      "a ((red)) fox",
      [
        ["a ", 1],
        ["red", 1.21],
        [" fox", 1],
      ],
    ],
    [
      "[red] fox",
      [
        ["red", 0.9091],
        [" fox", 1],
      ],
    ],
    [
      "(red:1.3) fox",
      [
        ["red", 1.3],
        [" fox", 1],
      ],
    ],
    [
      "(a (red:2) fox:0.5)",
      [
        ["a ", 0.5],
        ["red", 1],
        [" fox", 0.5],
      ],
    ],
    ["(at 10:30)", [["at 10", 10]]],
    [
      "(red:1.)(fox:.5)",
      [
        ["red", 1],
        ["fox", 0.5],
      ],
    ],
    ["\\(red\\:1.3\\)", [["(red\\:1.3)", 1]]],
    ["a (red", [["a (red", 1]]],
    ["a red) fox]", [["a red) fox]", 1]]],
    [
      "(red [blue) fox]",
      [
        ["(red ", 1],
        ["blue) fox", 0.9091],
      ],
    ],
    ["", [["", 1]]],
  ])("%j", (prompt, segments) => {
    expect(rounded(prompt)).toEqual(segments.map(([text, weight]) => ({ text, weight })));
  });

  test("any text can be written, and means itself", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."ab ()[]{}|\\:1.2_") }), fc.nat(), (text, seed) => {
        expect(parseWeights(expandAlternatives(escapePrompt(text), seed))).toEqual([{ text, weight: 1 }]);
      }),
    );
  });

  test("any prompt is read: no letter but the language's signs is lost, neighbours differ, weights are finite", () => {
    const letters = (text: string) => text.replace(/[^ab]/g, "");
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."ab ()[]\\:1.2") }), (prompt) => {
        const segments = parseWeights(prompt);
        expect(letters(segments.map(({ text }) => text).join(""))).toBe(letters(prompt));
        for (const [i, { weight }] of segments.entries()) {
          expect(Number.isFinite(weight) && weight >= 0).toBe(true);
          expect(segments[i + 1]?.weight).not.toBe(weight);
        }
      }),
    );
  });
});

describe("alternatives", () => {
  test("are one of what is written, the same for the same seed, and all come", () => {
    const drawn = Array.from({ length: 60 }, (_, seed) => expandAlternatives("a {red|blue|{dark|light} green} fox", seed));
    expect(new Set(drawn)).toEqual(new Set(["a red fox", "a blue fox", "a dark green fox", "a light green fox"]));
    expect(drawn).toEqual(Array.from({ length: 60 }, (_, seed) => expandAlternatives("a {red|blue|{dark|light} green} fox", seed)));
  });

  test("leave everything else alone", () => {
    for (const text of ["a fox", "a {fox}", "a {fox|", "a} fox", "a | fox", "\\{a\\|b\\}", "__dragon__", "(a:1.2) [b]", "\\"]) {
      expect(expandAlternatives(text, 3)).toBe(text);
    }
  });

  test("of more braces than there is stack for", () => {
    const deep = 20_000;
    expect(expandAlternatives("{".repeat(deep), 3)).toBe("{".repeat(deep));
    expect(expandAlternatives(`${"{a|".repeat(deep)}${"a}".repeat(deep)}`, 3)).toMatch(/^a+$/);
  });

  test("wildcards stand for what the embedded model was taught", () => {
    const file = resolve(import.meta.dirname, "../../public/models/mini/words.json");
    const { objects, shapes, colors } = JSON.parse(readFileSync(file, "utf8"));
    expect([...objects, ...shapes, ...colors]).toEqual(expect.arrayContaining(Object.values(WILDCARDS).flat()));
  });

  test("wildcards give a word of their list", () => {
    for (let seed = 0; seed < 20; seed++) expect(WILDCARDS.animal).toContain(expandAlternatives("__animal__", seed));
    expect(withoutWildcards("a __color__ __animal__ on __dragon__ __constructor__")).toBe("a     on __dragon__ __constructor__");
    expect(expandAlternatives("__constructor__", 1)).toBe("__constructor__");
    expect(expandAlternatives("{__color__|__color__} __shape__", 1)).toMatch(/^[a-z]+ [a-z]+$/);
  });

  test("of any text end in a text", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."ab{}|\\_") }), fc.nat(), (text, seed) => {
        expect(expandAlternatives(text, seed).length).toBeLessThanOrEqual(text.length);
      }),
    );
  });
});
