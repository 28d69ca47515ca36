import type { CascadeManifest } from "./manifest.ts";
import { parseManifest } from "./parse-manifest.ts";

/**
 * The manifest of a finished model by its cascade.json, which is written last; undefined where there is none, or one that was cut or damaged: then the model
 * is unfinished. The store lists by this, and the page offers to go on by it.
 */
export async function finishedManifest(file: Blob | undefined): Promise<CascadeManifest | undefined> {
  try {
    return file && parseManifest(await file.text());
  } catch {
    return undefined;
  }
}
