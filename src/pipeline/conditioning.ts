import type { Tensor } from "../shared/tensor.ts";
import type { PromptEncoding } from "./encode-prompt.ts";
import { firstRows, zeros, zerosBelow } from "./rows.ts";

type Inputs = Readonly<Record<string, Tensor>>;

/** What Stage C is told: prompt and, where it is guided, negative prompt as second row; zeros stand for the image there is not. */
export function conditioningC({ clip_text, clip_text_pooled }: PromptEncoding, guided: boolean, imageChannels: number): Inputs {
  const batch = guided ? 2 : 1;
  return {
    clip_text: firstRows(clip_text, batch),
    clip_text_pooled: firstRows(clip_text_pooled, batch),
    clip_img: zeros([batch, 1, imageChannels]),
  };
}

/** What Stage B is told: the pooled prompts and Stage C's latent; where it is guided, its unconditional half gets a latent of zeros, as in the reference. */
export function conditioningB({ clip_text_pooled }: PromptEncoding, guided: boolean, latentC: Tensor): Inputs {
  const batch = guided ? 2 : 1;
  return { clip_text_pooled: firstRows(clip_text_pooled, batch), effnet: zerosBelow(latentC, batch) };
}
