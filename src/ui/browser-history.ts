import { createStore, delMany, entries, get, set } from "idb-keyval";
import { blobsAsBytes } from "../gallery/blobs-as-bytes.ts";
import { createHistory, type History } from "../gallery/history.ts";

/** The history in this browser's IndexedDB. */
export function browserHistory(): History {
  const store = createStore("cascade-gallery", "pictures");
  return createHistory(
    blobsAsBytes({
      get: (key) => get(key, store),
      set: (key, value) => set(key, value, store),
      delete: (keys) => delMany([...keys], store),
      entries: () => entries<string, unknown>(store),
    }),
    async () => (await navigator.storage?.estimate?.()) ?? {},
  );
}
