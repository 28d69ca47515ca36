import { expect, test } from "vitest";
import { withWord } from "./add-word.ts";

test.each([
  ["|", "cat|"],
  ["a|", "a cat|"],
  ["a |", "a cat|"],
  ["|on a blue background", "cat| on a blue background"],
  ["a | on blue", "a cat| on blue"],
  ["a [fox] on blue", "a cat| on blue"],
  ["a (|:1.2), big", "a (cat|:1.2), big"],
])("the word at the caret of %s", (typed, wanted) => {
  const text = typed.replace(/[[\]|]/g, "");
  const start = typed.search(/[[|]/);
  const end = typed.includes("]") ? typed.indexOf("]") - 1 : start;
  const added = withWord({ text, start, end }, "cat");
  expect(`${added.text.slice(0, added.start)}|${added.text.slice(added.end)}`).toBe(wanted);
});
