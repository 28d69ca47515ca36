import { applySettings } from "./apply-settings.ts";
import { h, on } from "./dom.ts";
import { shareLink } from "./share.ts";
import { edit, type PageState } from "./state.ts";

/** What can be done with the settings of the picture that is shown. */
export function pictureActions(state: PageState): HTMLElement {
  const action = (label: string, click: () => void) => on(h("button", { type: "button", class: "quiet" }, label), { click });
  return h(
    "div",
    { class: "picture-actions" },
    action("Use these settings", () => {
      const { picture, form, model } = state;
      if (picture.value === undefined) return;
      const applied = applySettings(form.value, picture.value.settings, model.value?.granularity ?? 128);
      form.value = applied.form;
      state.announcement.value = "Settings taken.";
    }),
    action("Use this seed", () => {
      if (state.picture.value === undefined) return;
      edit(state, "seed", String(state.picture.value.settings.seed));
      state.announcement.value = "Seed taken.";
    }),
    action("Copy link", async () => {
      if (state.picture.value === undefined) return;
      const link = shareLink(state.picture.value.settings);
      try {
        await navigator.clipboard.writeText(link);
        state.announcement.value = "Link copied.";
      } catch {
        state.restored.value = link; // no clipboard: it can be selected there
      }
    }),
  );
}
