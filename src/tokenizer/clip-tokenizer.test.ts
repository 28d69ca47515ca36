import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import cases from "../../fixtures/cases/tokenizer.json" with { type: "json" };
import { ClipTokenizer } from "./clip-tokenizer.ts";

const folder = join(import.meta.dirname, "../../fixtures/checkpoints/tokenizer");
const files = {
  tokenizer: JSON.parse(gunzipSync(readFileSync(join(folder, "tokenizer.json.gz"))).toString()),
  config: JSON.parse(readFileSync(join(folder, "tokenizer_config.json"), "utf8")),
};
const tokenizer = new ClipTokenizer(files, 77);

test.each(cases)("the reference's tokens of $text", ({ text, input_ids, attention_mask }) => {
  const encoded = tokenizer.encode(text);
  expect(encoded.input_ids).toEqual(input_ids);
  expect(encoded.attention_mask).toEqual(attention_mask);
});

test("a prompt that is too long says how long it is, what was left out, and keeps its end token", () => {
  const encoded = tokenizer.encode(`${"cat ".repeat(74)}dog a red fox`);
  expect(encoded).toMatchObject({ length: 80, leftOut: "a red fox" });
  expect(encoded.input_ids).toHaveLength(77);
  expect(encoded.input_ids.slice(74)).toEqual([2368, 1929, 49407]);
  expect(tokenizer.encode("cat ".repeat(75))).toMatchObject({ length: 77, leftOut: "" });
});

test("words the vocabulary has only crumbs for are named, once", () => {
  expect(tokenizer.unknownWords("a red apple, it's photosynthesis on a spacesuit")).toEqual([]);
  expect(tokenizer.unknownWords("日本語のプロンプト and a cat")).toEqual(["日本語のプロンプト"]);
  // CLIP's vocabulary without all but its first merges knows "the" and little more.
  const { model, ...rest } = files.tokenizer;
  const small = new ClipTokenizer({ ...files, tokenizer: { ...rest, model: { ...model, merges: model.merges.slice(0, 50) } } }, 77);
  expect(small.unknownWords("the the zebra and a Zebra")).toEqual(["zebra"]);
});

test("files that are not a tokenizer's are refused with what to do", () => {
  expect(() => new ClipTokenizer({ tokenizer: {}, config: {} }, 77)).toThrow(/not a CLIP tokenizer: convert the model again/);
});

test("stretches of a prompt are its tokens with their weights", () => {
  const whole = tokenizer.encode("a red fox in snow");
  const stretches = tokenizer.encodeSegments([
    { text: "a ", weight: 1 },
    { text: "red fox", weight: 1.3 },
    { text: " in snow", weight: 1 },
  ]);
  expect(stretches).toEqual({ ...whole, weights: whole.weights.map((_, i) => (i === 2 || i === 3 ? 1.3 : 1)) });
  expect(whole.weights).toEqual(Array(77).fill(1));
  const long = tokenizer.encodeSegments([{ text: "cat ".repeat(80), weight: 2 }]);
  expect([long.weights[0], long.weights[75], long.weights[76], long.weights.length]).toEqual([1, 2, 1, 77]);
});
