import { expect, test } from "vitest";
import { fileName } from "./file-name.ts";

test.each([
  ["A cat, blue!", "a-cat-blue-7.png"],
  ["eine Füchsin & 狐", "eine-füchsin-狐-7.png"],
  ["../../etc/passwd", "etc-passwd-7.png"],
  ["!!!", "picture-7.png"],
  ["", "picture-7.png"],
])("%s becomes a plain file name", (prompt, name) => {
  expect(fileName(prompt, 7)).toBe(name);
});

test("a long prompt is cut at a word, and one endless word is left out", () => {
  expect(fileName("word ".repeat(100), 1)).toMatch(/^(word-){12}1\.png$/);
  expect(fileName("x".repeat(100), 1)).toBe("picture-1.png");
});
