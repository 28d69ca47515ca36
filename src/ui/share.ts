import { fromFragment, toFragment } from "../gallery/share-link.ts";
import type { Settings } from "../pipeline/types.ts";
import { applySettings } from "./apply-settings.ts";
import type { PageState } from "./state.ts";
import { t } from "./strings/language.ts";

/** The address of this page with settings in its fragment. */
export function shareLink(settings: Settings): string {
  const url = new URL(location.href);
  url.search = "";
  url.hash = toFragment(settings);
  return url.href;
}

/** Puts the settings of a share link into the form and takes them out of the address, so that a reload keeps what is typed since. */
export function takeShareLink(state: PageState): void {
  const settings = fromFragment(location.hash);
  if (settings === undefined) return;
  const { form, left } = applySettings(state.form.value, settings, state.model.value?.granularity ?? 128);
  state.form.value = form;
  state.restored.value = t().restore.fromLink + (left.length > 0 ? t().restore.left(left) : "");
  history.replaceState(history.state, "", location.pathname + location.search);
}
