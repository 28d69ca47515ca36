/** A text field's text and what is selected in it. */
export interface Selected {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const STEP = 0.1;
const LARGEST = 2;

/**
 * The prompt with what is selected, or the word at the caret, counting a tenth more or less: `fox` becomes `(fox:1.1)`, that `(fox:1.2)`, and at 1 it is
 * `fox` again. As in A1111's web UI by Ctrl with the up and down keys. What was selected stays selected.
 */
export function reweighted({ text, start, end }: Selected, by: 1 | -1): Selected {
  let [from, to] = [start, end];
  if (from === to) {
    while (from > 0 && /[\p{L}\p{N}'-]/u.test(text[from - 1] ?? "")) from--;
    while (to < text.length && /[\p{L}\p{N}'-]/u.test(text[to] ?? "")) to++;
  } else {
    while (text[from] === " ") from++;
    while (to > from && text[to - 1] === " ") to--;
  }
  if (from >= to) return { text, start, end };
  const inner = text.slice(from, to);
  const after = /^:(\d+\.?\d*)\)/.exec(text.slice(to));
  const weighted = text[from - 1] === "(" && after !== null;
  const before = weighted ? Number(after[1]) : 1;
  const weight = Math.round(Math.min(LARGEST, Math.max(0, before + by * STEP)) * 100) / 100;
  const head = text.slice(0, weighted ? from - 1 : from);
  const tail = text.slice(weighted ? to + after[0].length : to);
  const [open, close] = weight === 1 ? ["", ""] : ["(", `:${weight})`];
  const at = head.length + open.length;
  return { text: head + open + inner + close + tail, start: at, end: at + inner.length };
}
