const LONGEST = 60;

/** A picture's file name: the prompt's words, and the seed. "A cat, blue!" and 7 give `a-cat-blue-7.png`. */
export function fileName(prompt: string, seed: number): string {
  const words =
    prompt
      .normalize("NFKC")
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? [];
  let name = "";
  for (const word of words) {
    if (name.length + word.length > LONGEST) break;
    name += `${word}-`;
  }
  return `${name || "picture-"}${seed}.png`;
}
