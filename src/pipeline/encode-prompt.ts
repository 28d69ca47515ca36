import type { Network } from "../runtime/types.ts";
import type { Tensor } from "../shared/tensor.ts";
import type { ClipTokenizer } from "../tokenizer/clip-tokenizer.ts";
import { checked } from "./check.ts";
import type { CascadeEvent } from "./types.ts";

/** CLIP's view of prompts: `clip_text` [n, tokens, d] before the final norm, `clip_text_pooled` [n, 1, d]. */
export interface PromptEncoding {
  readonly clip_text: Tensor;
  readonly clip_text_pooled: Tensor;
}

/** Encodes prompts in one run, a row each, in their order. */
export async function* encodePrompts(
  textEncoder: Network,
  tokenizer: ClipTokenizer,
  prompts: readonly string[],
): AsyncGenerator<CascadeEvent, PromptEncoding> {
  const tokens = prompts.map((prompt) => tokenizer.encode(prompt));
  const dims = [prompts.length, tokenizer.maxLength];
  const { clip_text, clip_text_pooled } = await textEncoder.run({
    input_ids: {
      data: BigInt64Array.from(
        tokens.flatMap(({ input_ids }) => input_ids),
        BigInt,
      ),
      dims,
    },
    attention_mask: {
      data: BigInt64Array.from(
        tokens.flatMap(({ attention_mask }) => attention_mask),
        BigInt,
      ),
      dims,
    },
  });
  yield { type: "step", stage: "text-encoder", step: 1, steps: 1 };
  return { clip_text: checked(clip_text, "The text encoder"), clip_text_pooled: checked(clip_text_pooled, "The text encoder") };
}
