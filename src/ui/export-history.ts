import { makeZip } from "client-zip";
import { CascadeError } from "../shared/errors.ts";
import { fileName } from "./file-name.ts";
import type { Gallery } from "./gallery.ts";
import type { PageState } from "./state.ts";
import { t } from "./strings/language.ts";

/** All pictures of the history in one zip, each with its settings inside. Stored, not squeezed: a PNG is that already. */
export async function historyZip({ history }: PageState, gallery: Gallery): Promise<Blob> {
  const names = new Set<string>();
  const unique = (name: string): string => {
    let free = name;
    for (let i = 2; names.has(free); i++) free = name.replace(/\.png$/, ` (${i}).png`);
    names.add(free);
    return free;
  };
  async function* files() {
    for (const { id, settings, made } of history.value) {
      const input = await gallery.png(id);
      if (input !== undefined) yield { name: unique(fileName(settings.prompt, settings.seed)), lastModified: new Date(made), input };
    }
  }
  try {
    return await new Response(makeZip(files()), { headers: { "Content-Type": "application/zip" } }).blob();
  } catch (error) {
    throw new CascadeError("storage-full", t().history.exportFailed, { cause: error });
  }
}
