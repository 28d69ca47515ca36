import type { Runtime } from "../runtime/types.ts";
import type { CascadeManifest } from "../shared/manifest.ts";
import type { ModelWords } from "../shared/model-words.ts";
import type { ClipTokenizer } from "../tokenizer/clip-tokenizer.ts";
import type { EncodingCache } from "./encoding-cache.ts";

/** A converted model, ready to make pictures. */
export interface Cascade {
  readonly manifest: CascadeManifest;
  readonly tokenizer: ClipTokenizer;
  readonly runtime: Runtime;
  readonly encodings: EncodingCache;
  /** What it was taught, where its folder says so. */
  readonly words: ModelWords | undefined;
}
