import { PreTrainedTokenizer } from "@huggingface/transformers";
import { CascadeError } from "../shared/errors.ts";
import type { Segment } from "./prompt-weights.ts";

/** A prompt as the text encoder takes it. */
export interface TokenizedPrompt {
  /** Start, the prompt's tokens, end, then padding: `maxLength` of them. */
  readonly input_ids: number[];
  /** 1 up to and with the end token, 0 on the padding. */
  readonly attention_mask: number[];
  /** What each of the `maxLength` tokens counts; 1 for start, end and padding. */
  readonly weights: number[];
  /** How many tokens the whole prompt has, start and end included; above `maxLength` it was cut. */
  readonly length: number;
  /** The end of the prompt that did not fit, as the vocabulary spells it; "" where all did. */
  readonly leftOut: string;
}

/**
 * CLIP's byte-pair tokenizer from a model folder's `tokenizer.json` and `tokenizer_config.json`; padded with the configured pad token (CLIP of Stable
 * Cascade: the end token). Reads nothing itself, so nothing is fetched.
 */
export class ClipTokenizer {
  private readonly tokenizer: PreTrainedTokenizer;
  private readonly end: number;
  private readonly pad: number;

  /** `maxLength`: 77 for the official encoder. Throws `bad-model` where the files are not a tokenizer's. */
  constructor(
    files: { readonly tokenizer: object; readonly config: object },
    readonly maxLength: number,
  ) {
    const { eos_token: end, pad_token: pad } = files.config as Record<string, unknown>;
    try {
      this.tokenizer = new PreTrainedTokenizer(files.tokenizer, files.config);
      this.end = this.idOf(textOf(end));
      this.pad = this.idOf(textOf(pad ?? end));
    } catch (error) {
      throw new CascadeError("bad-model", "The model's tokenizer.json is not a CLIP tokenizer: convert the model again.", { cause: error });
    }
  }

  encode(prompt: string): TokenizedPrompt {
    return this.encodeSegments([{ text: prompt, weight: 1 }]);
  }

  /** Stretches of one prompt, one after the other; tokens do not reach over their borders. */
  encodeSegments(segments: readonly Segment[]): TokenizedPrompt {
    const parts = segments.map(({ text, weight }) => ({ ids: this.tokenizer.encode(text), weight }));
    const [start = this.end] = parts[0]?.ids ?? [];
    const ids = [start, ...parts.flatMap((part) => part.ids.slice(1, -1)), this.end];
    const weights = [1, ...parts.flatMap((part) => part.ids.slice(1, -1).map(() => part.weight)), 1];
    // A prompt that is too long is cut before its end token, which pools the sentence and must stay.
    const last = this.maxLength - 1;
    const cut = ids.length > this.maxLength;
    const kept = cut ? [...ids.slice(0, last), this.end] : ids;
    const padding = this.maxLength - kept.length;
    return {
      input_ids: [...kept, ...Array<number>(padding).fill(this.pad)],
      attention_mask: [...kept.map(() => 1), ...Array<number>(padding).fill(0)],
      weights: [...(cut ? [...weights.slice(0, last), 1] : weights), ...Array<number>(padding).fill(1)],
      length: ids.length,
      leftOut: cut ? this.tokenizer.decode(ids.slice(last, -1)).trim() : "",
    };
  }

  /**
   * Words of the prompt that the vocabulary has only crumbs for (two letters a token or fewer), so that the text encoder has hardly seen them. A small
   * model's vocabulary has the words of its captions whole; CLIP's has long pieces of nearly any English word.
   */
  unknownWords(prompt: string): string[] {
    const words = new Set(
      prompt
        .normalize("NFC")
        .toLowerCase()
        .match(/\p{L}+/gu),
    );
    return [...words].filter((word) => {
      const tokens = this.tokenizer.encode(word).length - 2;
      return tokens > 1 && word.length / tokens <= 2 && !/^[a-z]{1,2}$/.test(word);
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
