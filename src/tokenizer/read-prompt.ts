import { expandAlternatives } from "./alternatives.ts";
import { parseWeights, type Segment } from "./prompt-weights.ts";

/** A prompt in the prompt language, read for one seed. */
export interface ReadPrompt {
  /** The prompt with its alternatives chosen, weights as written. */
  readonly text: string;
  readonly segments: readonly Segment[];
}

/** Alternatives first, so that what they bring may carry weights. */
export function readPrompt(prompt: string, seed: number): ReadPrompt {
  const text = expandAlternatives(prompt, seed);
  return { text, segments: parseWeights(text) };
}
