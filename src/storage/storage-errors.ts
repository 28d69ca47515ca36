import { CascadeError } from "../shared/errors.ts";

/** True where a file or folder is not there. */
export function isNotFound(error: unknown): boolean {
  return nameOf(error) === "NotFoundError";
}

/** What a failure of the browser's storage means to the user; anything else as it is. */
export function storageError(error: unknown, id: string): unknown {
  switch (nameOf(error)) {
    case "QuotaExceededError":
      return new CascadeError(
        "storage-full",
        `The browser has no room left for "${id}": free some space on the disk or delete a model, then start it again; what is finished is kept.`,
        { cause: error },
      );
    case "NoModificationAllowedError":
    case "InvalidStateError":
      return new CascadeError("storage-busy", `A file of "${id}" is in use by another tab: close it there and try again.`, {
        cause: error,
      });
    default:
      return error;
  }
}

function nameOf(error: unknown): string | undefined {
  return error instanceof Error ? error.name : undefined;
}
