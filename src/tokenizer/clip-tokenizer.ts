import { PreTrainedTokenizer } from "@huggingface/transformers";
import { CascadeError } from "../shared/errors.ts";

/** A prompt as the text encoder takes it. */
export interface TokenizedPrompt {
  /** Start, the prompt's tokens, end, then padding: `maxLength` of them. */
  readonly input_ids: number[];
  /** 1 up to and with the end token, 0 on the padding. */
  readonly attention_mask: number[];
  /** How many tokens the whole prompt has, start and end included; above `maxLength` it was cut. */
  readonly length: number;
}

/**
 * CLIP's byte-pair tokenizer from a model folder's `tokenizer.json` and `tokenizer_config.json`; padded with the configured pad token (CLIP of Stable
 * Cascade: the end token). Reads nothing itself, so nothing is fetched.
 */
export class ClipTokenizer {
  private readonly tokenizer: PreTrainedTokenizer;
  private readonly end: number;
  private readonly pad: number;
  private readonly unknown: number | undefined;

  /** `maxLength`: 77 for the official encoder. Throws `bad-model` where the files are not a tokenizer's. */
  constructor(
    files: { readonly tokenizer: object; readonly config: object },
    readonly maxLength: number,
  ) {
    const { eos_token: end, pad_token: pad, unk_token: unknown } = files.config as Record<string, unknown>;
    try {
      this.tokenizer = new PreTrainedTokenizer(files.tokenizer, files.config);
      this.end = this.idOf(textOf(end));
      this.pad = this.idOf(textOf(pad ?? end));
      this.unknown = unknown === undefined || textOf(unknown) === textOf(end) ? undefined : this.idOf(textOf(unknown));
    } catch (error) {
      throw new CascadeError("bad-model", "The model's tokenizer.json is not a CLIP tokenizer: convert the model again.", { cause: error });
    }
  }

  encode(prompt: string): TokenizedPrompt {
    const ids = this.tokenizer.encode(prompt);
    // A prompt that is too long is cut before its end token, which pools the sentence and must stay.
    const kept = ids.length > this.maxLength ? [...ids.slice(0, this.maxLength - 1), this.end] : ids;
    const padding = this.maxLength - kept.length;
    return {
      input_ids: [...kept, ...Array<number>(padding).fill(this.pad)],
      attention_mask: [...kept.map(() => 1), ...Array<number>(padding).fill(0)],
      length: ids.length,
    };
  }

  /** Words of the prompt that the vocabulary can only spell letter by letter, or not at all: a small model has not seen them. */
  unknownWords(prompt: string): string[] {
    const words = prompt.toLowerCase().match(/\p{L}+/gu) ?? [];
    return [...new Set(words)].filter((word) => {
      const ids = this.tokenizer.encode(word).slice(1, -1);
      return ids.length === 0 || ids.includes(this.unknown ?? this.end) || (word.length > 2 && ids.length === word.length);
    });
  }

  private idOf(token: string): number {
    const [id] = this.tokenizer.convert_tokens_to_ids([token]);
    if (id === undefined) throw new Error(`"${token}" is not in the vocabulary`);
    return id;
  }
}

/** Special tokens are strings, or objects with their text in `content`. */
function textOf(token: unknown): string {
  return typeof token === "string" ? token : String((token as { content?: unknown } | undefined)?.content);
}
