import { expect, test } from "vitest";
import { EXAMPLES, knownExamples, SHOWN } from "./examples.ts";

test("a model's own examples go before ours", async () => {
  const own = Array.from({ length: SHOWN + 1 }, (_, i) => `a cat ${i}`);
  const words = { objects: ["cat"], shapes: [], colors: [], numbers: [], examples: own };
  expect(await knownExamples(words, async () => ["all"])).toEqual(own.slice(0, SHOWN));
  expect(await knownExamples({ ...words, examples: [] }, async () => [])).toEqual(EXAMPLES.slice(0, SHOWN));
});

test("only prompts of words the model knows are offered", async () => {
  const small = new Set("a an on of blue black white green yellow red cat rocket star panda donut heart background".split(" "));
  const found = await knownExamples(undefined, async (prompt) => prompt.split(/\W+/).filter((word) => !small.has(word)));
  expect(found).toHaveLength(6);
  expect(found[0]).toBe("a cat on a blue background");
  expect(await knownExamples(undefined, async () => [])).toEqual(EXAMPLES.slice(0, SHOWN));
  expect(await knownExamples(undefined, async () => ["all"])).toEqual([]);
});
