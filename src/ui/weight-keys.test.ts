import { expect, test } from "vitest";
import { reweighted } from "./weight-keys.ts";

/** "a [fox] runs": what stands in square brackets is selected. */
const selected = (marked: string) => ({
  text: marked.replace(/[[\]]/g, ""),
  start: marked.indexOf("["),
  end: marked.indexOf("]") - 1,
});
const marked = ({ text, start, end }: { text: string; start: number; end: number }) =>
  `${text.slice(0, start)}[${text.slice(start, end)}]${text.slice(end)}`;

test.each([
  ["a [fox] runs", 1, "a ([fox]:1.1) runs"],
  ["a ([fox]:1.1) runs", 1, "a ([fox]:1.2) runs"],
  ["a ([fox]:1.1) runs", -1, "a [fox] runs"],
  ["a [red fox ]runs", -1, "a ([red fox]:0.9) runs"],
  ["a fo[]x runs", 1, "a ([fox]:1.1) runs"],
  ["([fox]:2)", 1, "([fox]:2)"],
  ["([fox]:0.05)", -1, "([fox]:0)"],
  ["a  [] b", 1, "a  [] b"],
] as const)("%s by %i is %s", (before, by, after) => {
  expect(marked(reweighted(selected(before), by))).toBe(after);
});
