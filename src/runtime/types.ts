import type { FewerBits, PartName } from "../shared/manifest.ts";
import type { AnyTensor, Tensor } from "../shared/tensor.ts";

/** A folder with a converted model: embedded (same-origin URL), from storage, or a directory in Node. */
export interface ModelFolder {
  /** The named file whole, as a Blob (file-backed where it can be). Rejects with `bad-model` where it is absent. */
  read(file: string, signal?: AbortSignal): Promise<Blob>;
}

export type Backend = "webgpu" | "wasm";

/**
 * How a network is run, the quickest first. "recorded": its GPU commands are replayed; "direct": they are sent anew at each run, with attention in the form that is
 * right and quickest on this GPU; "in-parts": with attention as plain products; "processor": without the GPU. Where there is no GPU, "direct" alone.
 */
export const FORMS = ["recorded", "direct", "in-parts", "processor"] as const;
export type Form = (typeof FORMS)[number];

/** One network, loaded. Tensors go in and come out in CPU memory unless held. */
export interface Network {
  readonly form: Form;
  /** The quicker form that could not be opened. */
  readonly insteadOf?: Form;
  /** Runs the graph. Rejects with `device-lost` or `out-of-memory` where the cause is known. */
  run(inputs: Readonly<Record<string, AnyTensor>>): Promise<Record<string, Tensor>>;
  /** The same network with some inputs fixed: uploaded once, kept on the device until released. */
  hold(inputs: Readonly<Record<string, AnyTensor>>): Promise<Network>;
  release(): Promise<void>;
}

/** What stays the same over many runs of a network of float32 inputs, so that a GPU's commands can be recorded once and replayed. */
export interface FixedShapes {
  /** The graph's unknown dimensions by name. */
  readonly sizes: Readonly<Record<string, number>>;
}

/** Loads networks of one model folder on one backend. */
export interface Runtime {
  readonly backend: Backend;
  /** A sentence why this backend and attention form were chosen, for the user. */
  readonly reason: string;
  /** Memory ran out before: parts are opened one at a time, and the pipeline shall ask for little at once. */
  readonly tight: boolean;
  /** Whether a run is so short that networks may be run before they are asked for: of a small model that stays loaded, and not on a GPU in software. */
  readonly runsAhead: boolean;
  /** In the quickest form that opens. `fixed`: given where the network is to run often, always with these shapes. */
  open(part: PartName, signal?: AbortSignal, fixed?: FixedShapes): Promise<Network>;
  /** In the next form slower than `form` that opens; undefined where there is none. */
  openSlower(part: PartName, form: Form, signal?: AbortSignal): Promise<Network | undefined>;
  /** The part is not opened in this form any more: it failed where a slower one was right. */
  avoid(part: PartName, form: Form): void;
  /**
   * Opens a part before it is asked for, where it stays loaded anyway; else does nothing. `open` with the same `fixed` then has it at once, or waits for what is
   * on its way. Rejects as `open` does, which tries again.
   */
  prepare(part: PartName, fixed?: FixedShapes): Promise<void>;
  /** What weights were cut down to; absent while all that were read are as they are stored. */
  readonly lowered?: FewerBits | undefined;
  dispose(): Promise<void>;
}
