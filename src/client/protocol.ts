import type { PromptInfo } from "../pipeline/describe-prompt.ts";
import type { CascadeEvent, Pixels, RunState, Settings } from "../pipeline/types.ts";
import type { BackendChoice } from "../runtime/device.ts";
import type { Backend } from "../runtime/types.ts";
import { CascadeError, type ErrorCode, messageOf } from "../shared/errors.ts";
import type { FewerBits, PrecisionName } from "../shared/manifest.ts";
import type { ModelWords } from "../shared/model-words.ts";

/** What the worker offers over comlink. Methods answer with outcomes: comlink's own errors lose their class and code. */
export interface CascadeService {
  load(options: LoadOptions): Promise<Outcome<CascadeInfo>>;
  /** Opens what a picture of these settings will need and what stays open anyway, and runs it once where that is short, until a picture is asked for. */
  prepare(settings: Settings): Promise<Outcome<void>>;
  /** Draws one picture, or the rest of one; events go to `onEvent`, which the worker awaits, so that a cancel can come in between. */
  generate(settings: Settings, onEvent: (event: CascadeEvent) => void, resume?: RunState): Promise<Outcome<Pixels>>;
  /** Ends the running generate after its step. */
  cancel(): void;
  /** How the model reads a prompt; fails with `bad-settings` where it is too long to be drawn. */
  describePrompt(prompt: string): Promise<Outcome<PromptInfo>>;
}

export interface LoadOptions {
  /** Absolute URL of a model folder, with its slash; `stored:ID` for one in this browser's storage. */
  readonly modelUrl: string;
  readonly backend: BackendChoice;
  /** Memory ran out before: ask for as little at once as can be. @default false */
  readonly tight?: boolean;
  /** Memory ran out even so: what the weights are cut down to as they are read. @default as they are stored */
  readonly precision?: FewerBits;
}

/** What the page needs to know of a loaded model. */
export interface CascadeInfo {
  readonly name: string;
  /** How its weights are stored. */
  readonly precision: PrecisionName;
  readonly backend: Backend;
  /** One sentence: why this backend. */
  readonly reason: string;
  /** Picture sides are multiples of this. */
  readonly granularity: number;
  /** And at least this, in pixels. */
  readonly leastSide: number;
  readonly defaults: Omit<Settings, "prompt" | "seed">;
  readonly parameters: number;
  /** What its weights can be cut down to where memory is short, the most exact first; asked of the model where it was loaded `tight`. */
  readonly fewerBits: readonly FewerBits[];
  /** What a small model was taught, where its folder says so. */
  readonly words?: ModelWords;
  /** A Web Lock the worker holds while it lives; absent where the browser has none. No event tells that a worker was killed. */
  readonly lifeLock?: string;
}

/** A result, or an error that keeps its class and code. */
export type Outcome<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: WireError };

export interface WireError {
  /** Absent: not a CascadeError but a bug. */
  readonly code?: ErrorCode;
  readonly message: string;
  readonly stack?: string;
}

/** Runs `work` and packs what it gives or throws. */
export async function outcomeOf<T>(work: () => Promise<T>): Promise<Outcome<T>> {
  try {
    return { ok: true, value: await work() };
  } catch (error) {
    return {
      ok: false,
      error: {
        message: messageOf(error),
        ...(error instanceof CascadeError && { code: error.code }),
        ...(error instanceof Error && error.stack !== undefined && { stack: error.stack }),
      },
    };
  }
}

/** Unpacks an outcome: returns the value or throws the error it was. */
export function unpack<T>(outcome: Outcome<T>): T {
  if (outcome.ok) return outcome.value;
  const { code, message, stack } = outcome.error;
  throw code === undefined ? Object.assign(new Error(message), { stack }) : new CascadeError(code, message);
}
