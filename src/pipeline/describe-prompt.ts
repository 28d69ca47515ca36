import { withoutWildcards } from "../tokenizer/alternatives.ts";
import type { ClipTokenizer } from "../tokenizer/clip-tokenizer.ts";
import { readPrompt } from "../tokenizer/read-prompt.ts";
import { checkLength } from "./settings.ts";

/** How a model reads a prompt. */
export interface PromptInfo {
  /** Tokens, start and end included. */
  readonly tokens: number;
  readonly maxTokens: number;
  /** The end of the prompt that the text encoder does not read; "" where it reads all. */
  readonly leftOut: string;
  /** Words the model's vocabulary does not have. */
  readonly unknownWords: readonly string[];
}

/**
 * Reads a prompt as a picture would, its alternatives for seed 0. Throws `bad-settings` with the sentence a picture would be refused with where it is too long to
 * be drawn: megabytes pasted by mistake would keep the worker busy for seconds at every key.
 */
export function describePrompt(tokenizer: ClipTokenizer, prompt: string): PromptInfo {
  checkLength("prompt", prompt);
  const { length, leftOut } = tokenizer.encodeSegments(readPrompt(prompt, 0).segments);
  return { tokens: length, leftOut, maxTokens: tokenizer.maxLength, unknownWords: tokenizer.unknownWords(withoutWildcards(prompt)) };
}
