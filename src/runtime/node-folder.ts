import { openAsBlob } from "node:fs";
import { join } from "node:path";
import { CascadeError } from "../shared/errors.ts";
import type { ModelFolder } from "./types.ts";

/** A model folder on disk (Node only). */
export function nodeFolder(directory: string): ModelFolder {
  return {
    async read(file) {
      try {
        return await openAsBlob(join(directory, file));
      } catch (error) {
        throw new CascadeError("bad-model", `There is no ${file} in ${directory}.`, { cause: error });
      }
    },
  };
}
