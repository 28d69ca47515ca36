import { CascadeError, messageOf } from "../shared/errors.ts";
import { PATIENCE, whileAlive } from "../shared/stall.ts";
import type { ModelFolder } from "./types.ts";

/** A model folder on a static host, e.g. the embedded model beside the page. `patience`: milliseconds without a byte after which a file is given up. */
export function urlFolder(base: URL, fetcher: typeof fetch = fetch, patience = PATIENCE): ModelFolder {
  return {
    async read(file, signal) {
      try {
        return await whileAlive(patience, signal, async (stop, alive) => {
          const response = await fetcher(new URL(file, base), { signal: stop });
          alive();
          // A host that answers missing files with its start page would otherwise be read as a model.
          if (response.status < 500 && (!response.ok || response.headers.get("content-type")?.startsWith("text/html"))) {
            throw new CascadeError("bad-model", `There is no ${file} at ${base.href} (status ${response.status}).`);
          }
          if (!response.ok) throw new Error(`status ${response.status}`);
          return await blobOf(response, alive);
        });
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

/** A body as a Blob; `alive` is called whenever a part of it came. */
async function blobOf({ body }: Response, alive: () => void): Promise<Blob> {
  const told = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
    transform(part, controller) {
      alive();
      controller.enqueue(part);
    },
  });
  return await new Response(body?.pipeThrough(told)).blob();
}
