import type { CascadeClient } from "../client/cascade-client.ts";
import { CascadeError } from "../shared/errors.ts";
import { settingsOf } from "./form.ts";
import { otherTabDraws } from "./one-at-a-time.ts";
import type { PageState } from "./state.ts";

/**
 * Has the engine open the model's networks while nothing is drawn, and run those of a small one once, so that the first picture need not wait for them. Nothing is downloaded for it: it
 * begins once the model's files are on this machine (`kept`: the app with its own model), and not before the page is seen. A tab that draws keeps its processor to itself.
 */
export async function prepareAhead({ form, model, modelUrl, run }: PageState, cascade: CascadeClient, kept: Promise<void>): Promise<void> {
  const info = model.value;
  const isStored = modelUrl.value.startsWith("stored:");
  await Promise.all([isStored || kept, seen()]);
  if ((await otherTabDraws()) || info === undefined || model.value !== info || run.value !== undefined) return;
  try {
    await cascade.prepare(settingsOf(form.value, info));
  } catch (error) {
    // What can't be opened or run is told by the picture that needs it; a bug is one already. A stored model's files may be gone meanwhile: it was deleted. And what
    // fails on a GPU is the driver's or the runtime's, for which the picture has other ways.
    const isBug = !isStored && info.backend === "wasm" && !(error instanceof CascadeError);
    if (isBug) throw error;
  }
}

async function seen(): Promise<void> {
  if (document.visibilityState === "visible") return;
  await new Promise((shown) => document.addEventListener("visibilitychange", shown, { once: true }));
}
