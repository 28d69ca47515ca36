import type { Selected } from "./weight-keys.ts";

/** The prompt with a word where the caret is, or in place of what is selected, with spaces around it; the caret stands behind it. */
export function withWord({ text, start, end }: Selected, word: string): Selected {
  const before = text.slice(0, start);
  const after = text.slice(end);
  const head = /(^|[\s([{|])$/.test(before) ? before : `${before} `;
  const tail = /^($|[\s)\]}|,.:])/.test(after) ? after : ` ${after}`;
  const at = head.length + word.length;
  return { text: head + word + tail, start: at, end: at };
}
