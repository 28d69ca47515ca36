/** Lists that `__name__` stands for: things and colours that the embedded model draws. */
export const WILDCARDS: Readonly<Record<string, readonly string[]>> = {
  animal: ["cat", "dog", "bear", "fox", "lion", "panda", "frog", "rabbit", "penguin", "owl", "whale", "turtle", "butterfly"],
  fruit: ["apple", "banana", "strawberry", "watermelon"],
  food: ["hamburger", "pizza", "donut", "cake", "carrot", "mushroom"],
  thing: ["rocket", "boat", "car", "house", "castle", "tree", "cactus", "umbrella", "guitar", "crown", "robot", "balloon"],
  shape: ["circle", "square", "triangle", "star", "heart", "diamond"],
  color: ["red", "orange", "yellow", "green", "blue", "purple", "pink", "brown", "black", "white", "gray"],
};

/**
 * The prompt with one of each `{red|blue}` taken, and `__animal__` replaced by a word of that list. Which ones the seed says: the same seed and prompt
 * give the same text. Alternatives nest and may be empty; braces without a bar, and unknown lists, stay as they are; `\{` and `\|` are the signs
 * themselves, and stay escaped for what reads the prompt next.
 */
export function expandAlternatives(prompt: string, seed: number): string {
  const random = mulberry32(seed);
  const pick = <T>(list: readonly T[], otherwise: T): T => list[Math.floor(random() * list.length)] ?? otherwise;

  let text = "";
  /** Alternatives of the braces that are open, the innermost last. No recursion: a prompt may open more of them than there is stack for. */
  const open: string[][] = [];
  const add = (more: string): void => {
    const options = open.at(-1);
    if (options === undefined) text += more;
    else options[options.length - 1] += more;
  };
  for (let i = 0; i < prompt.length; i++) {
    const sign = prompt[i] ?? "";
    const options = open.at(-1);
    if (sign === "\\") {
      add(prompt.slice(i, i + 2));
      i++;
    } else if (sign === "{") {
      open.push([""]);
    } else if (sign === "}" && options !== undefined) {
      open.pop();
      add(options.length > 1 ? pick(options, "") : `{${options.join("")}}`);
    } else if (sign === "|" && options !== undefined) {
      options.push("");
    } else add(sign);
  }
  // Braces whose other half never came.
  for (let options = open.pop(); options !== undefined; options = open.pop()) add(`{${options.join("|")}`);

  return text.replace(/__([a-z]+)__/g, (whole, name: string) => pick(Object.hasOwn(WILDCARDS, name) ? (WILDCARDS[name] ?? []) : [], whole));
}

/** The prompt without the wildcards that stand for a list: their names are no words of it. */
export function withoutWildcards(prompt: string): string {
  return prompt.replace(/__([a-z]+)__/g, (whole, name: string) => (Object.hasOwn(WILDCARDS, name) ? " " : whole));
}

/** Tommy Ettinger's generator of 32 bits, here for words alone: the picture's noise has its own, and is the same with and without alternatives. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
