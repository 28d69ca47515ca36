import type { PartName } from "../../../src/shared/manifest.ts";

/** What copy-worker.ts offers over comlink. */
export interface CopyService {
  /** Copies files into the origin private file system, in order, each flushed to disk; milliseconds. They are removed after. */
  copy(files: readonly File[]): Promise<number>;
}

/** A tensor as it crosses from the command: int64 numbers come as plain ones. */
export interface NetworkInput {
  readonly type: "float32" | "int64";
  readonly data: readonly number[];
  readonly dims: readonly number[];
}

export interface NetworkRun {
  readonly milliseconds: number;
  /** The backend, in a sentence. */
  readonly reason: string;
  readonly outputs: Readonly<Record<string, readonly number[]>>;
}

/** What network-worker.ts offers. */
export interface NetworkService {
  /** Opens a stored model's part on WebGPU with the product's runtime, as its engine worker does; milliseconds for the session. */
  open(id: string, part: PartName): Promise<number>;
  run(inputs: Readonly<Record<string, NetworkInput>>): Promise<NetworkRun>;
  release(): Promise<void>;
}
