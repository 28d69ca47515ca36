import type { ModelWords } from "../shared/model-words.ts";

/**
 * Prompts to begin with, by what they show. Those for a model that knows the world stand first; the others are of the words the embedded model was
 * taught, as captions of its training are put. A model that brings examples of its own shows those; for others it is asked of their vocabulary which of
 * these they can draw.
 */
export const EXAMPLES: readonly string[] = [
  "a lighthouse on a cliff at dusk, storm clouds, oil painting",
  "an astronaut riding a horse, cinematic light, 35mm photograph",
  "a cozy bookshop in autumn rain, warm windows, watercolor",
  "macro photograph of a dew drop on a fern",
  "a cat on a blue background",
  "a rocket on a black background",
  "a yellow star on a blue background",
  "a panda on a green background",
  "a donut on a white background",
  "a red heart on a white background",
  "a fox on a white background",
  "a penguin on a pink background",
];

/** So many are shown. */
export const SHOWN = 8;

/** The model's own examples, else the first of ours of which `unknown` finds no word it does not know; none where it knows too little. */
export async function knownExamples(
  words: ModelWords | undefined,
  unknown: (prompt: string) => Promise<readonly string[]>,
): Promise<readonly string[]> {
  if (words !== undefined && words.examples.length > 0) return words.examples.slice(0, SHOWN);
  const found: string[] = [];
  for (const prompt of EXAMPLES) {
    if (found.length < SHOWN && (await unknown(prompt)).length === 0) found.push(prompt);
  }
  return found;
}
