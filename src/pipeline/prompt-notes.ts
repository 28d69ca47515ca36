import type { ClipTokenizer } from "../tokenizer/clip-tokenizer.ts";
import type { CascadeEvent, Settings } from "./types.ts";

/** Tells where a prompt is longer than the text encoder reads. */
export function* promptNotes(tokenizer: ClipTokenizer, { prompt, negativePrompt }: Settings): Generator<CascadeEvent, void> {
  for (const [name, text] of [
    ["prompt", prompt],
    ["negative prompt", negativePrompt],
  ] as const) {
    const { length, leftOut } = tokenizer.encode(text);
    if (leftOut === "") continue;
    const [has, room] = [length - 2, tokenizer.maxLength - 2];
    const rest = leftOut.length > 60 ? `${leftOut.slice(0, 60)}…` : leftOut;
    yield { type: "note", message: `The ${name} has ${has} tokens; the text encoder reads the first ${room}. Left out: "${rest}".` };
  }
}
