import type { Tensor } from "../shared/tensor.ts";

/**
 * Prompt weights on `clip_text` [rows, tokens, d]: z' = empty + w (z - empty) for each token, `empty` being the empty prompt's state at the same place, so
 * that weight 0 says nothing and 1 changes nothing. ComfyUI's rule (comfy/sd1_clip.py, encode_token_weights), which has it for Stable Cascade, too;
 * the pooled state stays as it is, there and here. `empty` is that prompt's [1, tokens, d]; `weights` has one number a token, rows first.
 */
export function weighText(clip_text: Tensor, empty: Tensor, weights: readonly number[]): Tensor {
  const width = clip_text.dims.at(-1) ?? 1;
  const data = clip_text.data.slice();
  for (const [token, weight] of weights.entries()) {
    if (weight === 1) continue; // not even a rounding
    const at = token * width;
    for (let i = 0; i < width; i++) {
      const base = empty.data[(at + i) % empty.data.length] ?? 0;
      data[at + i] = base + weight * ((data[at + i] ?? 0) - base);
    }
  }
  return { data, dims: clip_text.dims };
}
