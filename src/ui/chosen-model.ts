import { del, get, set } from "idb-keyval";

const KEY = "model";

/** The stored model chosen in an earlier visit, as its address; undefined: the embedded one. */
export async function rememberedModel(): Promise<string | undefined> {
  try {
    const url: unknown = await get(KEY);
    return typeof url === "string" && url.startsWith("stored:") ? url : undefined;
  } catch {
    return undefined; // a private window without storage
  }
}

/** Remembers it for later visits. */
export async function rememberModel(url: string | undefined): Promise<void> {
  try {
    await (url === undefined ? del(KEY) : set(KEY, url));
  } catch {
    // For this visit.
  }
}
