import type { ClipTokenizer } from "../tokenizer/clip-tokenizer.ts";
import type { ReadPrompt } from "../tokenizer/read-prompt.ts";
import type { CascadeEvent, Settings } from "./types.ts";

/** Tells which alternatives were taken, and where a prompt is longer than the text encoder reads. */
export function* promptNotes(
  tokenizer: ClipTokenizer,
  settings: Settings,
  read: { readonly prompt: ReadPrompt; readonly negativePrompt: ReadPrompt },
): Generator<CascadeEvent, void> {
  for (const [name, field] of [
    ["prompt", "prompt"],
    ["negative prompt", "negativePrompt"],
  ] as const) {
    const { text, segments } = read[field];
    if (text !== settings[field]) yield { type: "note", message: `The ${name} was read as "${text}".` };
    const { length, leftOut } = tokenizer.encodeSegments(segments);
    if (leftOut === "") continue;
    const [has, room] = [length - 2, tokenizer.maxLength - 2];
    const rest = leftOut.length > 60 ? `${leftOut.slice(0, 60)}…` : leftOut;
    yield { type: "note", message: `The ${name} has ${has} tokens; the text encoder reads the first ${room}. Left out: "${rest}".` };
  }
}
