import { readFileSync } from "node:fs";
import { expect, test, vi } from "vitest";
import { ClipTokenizer } from "../tokenizer/clip-tokenizer.ts";
import { describePrompt } from "./describe-prompt.ts";
import { MAX_PROMPT } from "./settings.ts";

const file = (name: string) => JSON.parse(readFileSync(new URL(`../../public/models/mini/${name}`, import.meta.url), "utf8"));
const tokenizer = new ClipTokenizer({ tokenizer: file("tokenizer.json"), config: file("tokenizer_config.json") }, 77);

test("a prompt is read as a picture would: one alternative, without the signs of weights", () => {
  expect(describePrompt(tokenizer, "a (fox:1.3) and {cat|dog}")).toEqual({ tokens: 6, maxTokens: 77, leftOut: "", unknownWords: [] });
  expect(describePrompt(tokenizer, `__animal__ ${"cat ".repeat(75)}dog`)).toMatchObject({ tokens: 79, leftOut: "cat dog" });
  expect(describePrompt(tokenizer, "a zyzzyva").unknownWords).toEqual(["zyzzyva"]);
});

test("one too long to be drawn is refused before it is tokenized", () => {
  const encode = vi.spyOn(tokenizer, "encodeSegments");
  expect(() => describePrompt(tokenizer, "x".repeat(MAX_PROMPT + 1))).toThrow(
    "The prompt has 20001 characters, more than 20000: shorten it.",
  );
  expect(encode).not.toHaveBeenCalled();
  expect(describePrompt(tokenizer, "cat ".repeat(MAX_PROMPT / 4)).tokens).toBe(2 + MAX_PROMPT / 4);
});
