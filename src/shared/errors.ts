/** Causes a user can act on; everything else is a bug and stays a plain Error. */
export type ErrorCode =
  | "aborted"
  | "bad-settings"
  | "bad-checkpoint"
  | "bad-model"
  | "download-failed"
  | "no-access"
  | "no-webgpu"
  | "out-of-memory"
  | "device-lost"
  | "storage-full"
  | "storage-busy"
  | "no-storage";

/**
 * An error with a sentence for the user: what is wrong, where, and what to do.
 * `code` survives the worker boundary (see `toWire`), so the page can react to the cause.
 */
export class CascadeError extends Error {
  override readonly name = "CascadeError";
  constructor(
    readonly code: ErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The text of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
