import type { Network } from "../runtime/types.ts";
import type { Tensor } from "../shared/tensor.ts";
import type { ClipTokenizer } from "../tokenizer/clip-tokenizer.ts";
import type { Segment } from "../tokenizer/prompt-weights.ts";
import { firstRows } from "./rows.ts";
import type { CascadeEvent } from "./types.ts";
import { weighText } from "./weigh-text.ts";

/** CLIP's view of prompts: `clip_text` [n, tokens, d] before the final norm, `clip_text_pooled` [n, 1, d]. */
export interface PromptEncoding {
  readonly clip_text: Tensor;
  readonly clip_text_pooled: Tensor;
}

/** Encodes prompts in one run, a row each, in their order; where a weight is not 1, with the empty prompt as a row more, from which weights count. */
export async function* encodePrompts(
  textEncoder: Network,
  tokenizer: ClipTokenizer,
  prompts: readonly (readonly Segment[])[],
): AsyncGenerator<CascadeEvent, PromptEncoding> {
  const tokens = prompts.map((segments) => tokenizer.encodeSegments(segments));
  const weights = tokens.flatMap((prompt) => prompt.weights);
  const weighted = weights.some((weight) => weight !== 1);
  const rows = weighted ? [...tokens, tokenizer.encode("")] : tokens;
  const dims = [rows.length, tokenizer.maxLength];
  const integers = (values: readonly number[]) => ({ data: BigInt64Array.from(values, BigInt), dims });
  const outputs = await textEncoder.run({
    input_ids: integers(rows.flatMap(({ input_ids }) => input_ids)),
    attention_mask: integers(rows.flatMap(({ attention_mask }) => attention_mask)),
  });
  yield { type: "step", stage: "text-encoder", step: 1, steps: 1 };
  const { clip_text, clip_text_pooled } = outputs;
  if (clip_text === undefined || clip_text_pooled === undefined) throw new Error("the text encoder lacks an output");
  if (!weighted) return { clip_text, clip_text_pooled };
  const empty = {
    data: clip_text.data.slice((clip_text.data.length / rows.length) * prompts.length),
    dims: [1, ...clip_text.dims.slice(1)],
  };
  return {
    clip_text: weighText(firstRows(clip_text, prompts.length), empty, weights),
    clip_text_pooled: firstRows(clip_text_pooled, prompts.length),
  };
}
