import { CascadeError, messageOf } from "../shared/errors.ts";
import type { ModelFolder } from "./types.ts";

/** A model folder on a static host, e.g. the embedded model beside the page. */
export function urlFolder(base: URL, fetcher: typeof fetch = fetch): ModelFolder {
  return {
    async read(file, signal) {
      const url = new URL(file, base);
      let response: Response;
      try {
        response = await fetcher(url, signal === undefined ? {} : { signal });
      } catch (error) {
        if (signal?.aborted) throw new CascadeError("aborted", "Cancelled.", { cause: error });
        throw new CascadeError("download-failed", `${file} could not be read (${messageOf(error)}): check the connection and try again.`, {
          cause: error,
        });
      }
      // A host that answers missing files with its start page would otherwise be read as a model.
      if (!response.ok || response.headers.get("content-type")?.startsWith("text/html")) {
        throw new CascadeError("bad-model", `There is no ${file} at ${base.href} (status ${response.status}).`);
      }
      return await response.blob();
    },
  };
}
