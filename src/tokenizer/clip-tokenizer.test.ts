import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import cases from "../../fixtures/cases/tokenizer.json" with { type: "json" };
import { ClipTokenizer } from "./clip-tokenizer.ts";

const folder = join(import.meta.dirname, "../../fixtures/checkpoints/tokenizer");
const tokenizer = new ClipTokenizer(
  {
    tokenizer: JSON.parse(gunzipSync(readFileSync(join(folder, "tokenizer.json.gz"))).toString()),
    config: JSON.parse(readFileSync(join(folder, "tokenizer_config.json"), "utf8")),
  },
  77,
);

test.each(cases)("the reference's tokens of $text", ({ text, input_ids, attention_mask }) => {
  const encoded = tokenizer.encode(text);
  expect(encoded.input_ids).toEqual(input_ids);
  expect(encoded.attention_mask).toEqual(attention_mask);
});

test("a prompt that is too long says how long it is and keeps its end token", () => {
  const encoded = tokenizer.encode("cat ".repeat(100));
  expect(encoded.length).toBe(102);
  expect(encoded.input_ids).toHaveLength(77);
  expect(encoded.input_ids[76]).toBe(49407);
});

test("words the vocabulary cannot say are named", () => {
  expect(tokenizer.unknownWords("a red apple")).toEqual([]);
});

test("files that are not a tokenizer's are refused with what to do", () => {
  expect(() => new ClipTokenizer({ tokenizer: {}, config: {} }, 77)).toThrow(/not a CLIP tokenizer: convert the model again/);
});
