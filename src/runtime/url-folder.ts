import { CascadeError, messageOf } from "../shared/errors.ts";
import type { ModelFolder } from "./types.ts";

/** A model folder on a static host, e.g. the embedded model beside the page. */
export function urlFolder(base: URL, fetcher: typeof fetch = fetch): ModelFolder {
  return {
    async read(file, signal) {
      try {
        const response = await fetcher(new URL(file, base), signal === undefined ? {} : { signal });
        // A host that answers missing files with its start page would otherwise be read as a model.
        if (response.status < 500 && (!response.ok || response.headers.get("content-type")?.startsWith("text/html"))) {
          throw new CascadeError("bad-model", `There is no ${file} at ${base.href} (status ${response.status}).`);
        }
        if (!response.ok) throw new Error(`status ${response.status}`);
        return await response.blob();
      } catch (error) {
        if (error instanceof CascadeError) throw error;
        if (signal?.aborted) throw new CascadeError("aborted", "Cancelled.", { cause: error });
        throw new CascadeError("download-failed", `${file} could not be read (${messageOf(error)}): check the connection and try again.`, {
          cause: error,
        });
      }
    },
  };
}
