import { t } from "./language.ts";

/** A sentence of the engine in the page's language, as far as that language has it. */
export function told(sentence: string): string {
  return t().app.engine.reduce((text, [part, words]) => text.replace(part, words), sentence);
}
