/** A stretch of a prompt and how much it counts; 1 is as written. */
export interface Segment {
  readonly text: string;
  readonly weight: number;
}

/** What a pair of brackets multiplies or divides by, and how far a written weight may go. */
const STEP = 1.1;
const LARGEST = 10;
const ESCAPABLE = "()[]{}|\\_";

/**
 * The prompt language's weights, as AUTOMATIC1111's web UI has them: `(text)` counts 1.1 times, `[text]` 1.1 times less, `(text:1.3)` 1.3 times; nested
 * brackets multiply. `\(` is the sign itself; so is a bracket without its other half. Text of weight 1 everywhere is one segment. Never throws.
 */
export function parseWeights(prompt: string): Segment[] {
  const segments: { text: string; weight: number; bracket?: boolean }[] = [];
  const open: { sign: string; at: number }[] = [];
  let text = "";
  const flush = (): void => {
    if (text !== "") segments.push({ text, weight: 1 });
    text = "";
  };
  const close = (factor: number): void => {
    flush();
    const at = open.pop()?.at ?? 0;
    segments[at] = { text: "", weight: 1 };
    for (const segment of segments.slice(at)) segment.weight *= factor;
  };
  for (let i = 0; i < prompt.length; i++) {
    const sign = prompt[i] ?? "";
    const next = prompt[i + 1];
    if (sign === "\\" && next !== undefined && ESCAPABLE.includes(next)) {
      text += next;
      i++;
    } else if (sign === "(" || sign === "[") {
      flush();
      open.push({ sign, at: segments.length });
      segments.push({ text: sign, weight: 1 }); // stays where its other half never comes
    } else if (sign === "]" && open.at(-1)?.sign === "[") {
      close(1 / STEP);
    } else if (sign === ")" && open.at(-1)?.sign === "(") {
      const written = /:\s*(\d+(?:\.\d*)?|\.\d+)\s*$/.exec(text);
      if (written !== null && prompt.slice(0, i).endsWith(written[0])) {
        text = text.slice(0, written.index);
        close(Math.min(Number(written[1]), LARGEST));
      } else close(STEP);
    } else text += sign;
  }
  flush();
  return merged(segments);
}

/** The text as a prompt that means just this text. */
export function escapePrompt(text: string): string {
  return text.replace(/[()[\]{}|\\]|_(?=_)/g, "\\$&");
}

function merged(segments: readonly Segment[]): Segment[] {
  const result: { text: string; weight: number }[] = [];
  for (const { text, weight } of segments) {
    const last = result.at(-1);
    if (last?.weight === weight) last.text += text;
    else if (text !== "") result.push({ text, weight });
  }
  return result.length > 0 ? result : [{ text: "", weight: 1 }];
}
