import { applySettings } from "./apply-settings.ts";
import { h, on } from "./dom.ts";
import { shareLink } from "./share.ts";
import { edit, type PageState } from "./state.ts";
import { t } from "./strings/language.ts";

/** What can be done with the settings of the picture that is shown. */
export function pictureActions(state: PageState): HTMLElement {
  const action = (label: () => string, click: () => void) => on(h("button", { type: "button", class: "quiet" }, label), { click });
  return h(
    "div",
    { class: "picture-actions" },
    action(
      () => t().picture.useSettings,
      () => {
        const { picture, form, model } = state;
        if (picture.value === undefined) return;
        const applied = applySettings(form.value, picture.value.settings, model.value?.granularity ?? 128);
        form.value = applied.form;
        state.announcement.value = t().picture.settingsTaken;
      },
    ),
    action(
      () => t().picture.useSeed,
      () => {
        if (state.picture.value === undefined) return;
        edit(state, "seed", String(state.picture.value.settings.seed));
        state.announcement.value = t().picture.seedTaken;
      },
    ),
    action(
      () => t().picture.copyLink,
      async () => {
        if (state.picture.value === undefined) return;
        const link = shareLink(state.picture.value.settings);
        try {
          await navigator.clipboard.writeText(link);
          state.announcement.value = t().picture.linkCopied;
        } catch {
          state.restored.value = link; // no clipboard: it can be selected there
        }
      },
    ),
  );
}
