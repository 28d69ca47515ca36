import { expect, test } from "vitest";
import { ownFiles } from "./own-files.ts";
import type { DroppedFile, SortedFiles } from "./types.ts";

const dropped = (path: string): DroppedFile => ({ path, file: new File(["x"], path) });

/** A sorter whose answers come when they are let go, in any order: each names the files it was asked of as unused. */
function slowSorter() {
  const answers: (() => void)[] = [];
  const sort = (files: readonly DroppedFile[]): Promise<SortedFiles> =>
    new Promise((resolve) =>
      answers.push(() => resolve({ parts: {}, tokenizer: [], problems: files.map(({ path }) => ({ code: "unused", path })) })),
    );
  return { sort, answers };
}

const paths = (sorted: SortedFiles | undefined) => sorted?.problems.flatMap((problem) => ("path" in problem ? [problem.path] : []));

test("files that come while others are read are not forgotten, whichever answer is first", async () => {
  const { sort, answers } = slowSorter();
  const own = ownFiles(sort);
  const both = [own.add([dropped("a")]), own.add([dropped("b")])];
  answers[1]?.();
  await both[1];
  expect(own.reading.value).toBe(false);
  answers[0]?.();
  await Promise.all(both);
  expect(paths(own.sorted.value)).toEqual(["a", "b"]);
});

test("what was cleared while it was read does not come back", async () => {
  const { sort, answers } = slowSorter();
  const own = ownFiles(sort);
  const adding = own.add([dropped("a")]);
  own.clear();
  answers[0]?.();
  await adding;
  expect(own.sorted.value).toBeUndefined();
  expect(own.reading.value).toBe(false);
});
