import type { Segment } from "../tokenizer/prompt-weights.ts";
import type { PromptEncoding } from "./encode-prompt.ts";

/** Prompts kept; the official text encoder's encoding of a prompt and its negative has 0.8 MB. */
const KEPT = 16;

/** Encodings of the prompts used last: for another seed of the same prompt, the text encoder need not be loaded again. */
export class EncodingCache {
  private readonly encodings = new Map<string, PromptEncoding>();

  get(prompts: readonly (readonly Segment[])[]): PromptEncoding | undefined {
    const key = JSON.stringify(prompts);
    const encoding = this.encodings.get(key);
    if (encoding !== undefined) this.keep(key, encoding);
    return encoding;
  }

  set(prompts: readonly (readonly Segment[])[], encoding: PromptEncoding): void {
    this.keep(JSON.stringify(prompts), encoding);
    for (const oldest of this.encodings.keys()) {
      if (this.encodings.size <= KEPT) break;
      this.encodings.delete(oldest);
    }
  }

  /** Last in the map's order: used last. */
  private keep(key: string, encoding: PromptEncoding): void {
    this.encodings.delete(key);
    this.encodings.set(key, encoding);
  }
}
