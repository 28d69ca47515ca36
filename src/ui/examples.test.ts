import { expect, test } from "vitest";
import { EXAMPLES, knownExamples, SHOWN } from "./examples.ts";

test("only prompts of words the model knows are offered", async () => {
  const small = new Set("a an on of blue black white green yellow red cat rocket star panda donut heart background".split(" "));
  const found = await knownExamples(async (prompt) => prompt.split(/\W+/).filter((word) => !small.has(word)));
  expect(found).toHaveLength(SHOWN);
  expect(found[0]).toBe("a cat on a blue background");
  expect(await knownExamples(async () => [])).toEqual(EXAMPLES.slice(0, SHOWN));
  expect(await knownExamples(async () => ["all"])).toEqual([]);
});
