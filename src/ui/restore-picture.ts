import { settingsIn } from "../png/settings-png.ts";
import { messageOf } from "../shared/errors.ts";
import { applySettings } from "./apply-settings.ts";
import { h, on } from "./dom.ts";
import type { PageState } from "./state.ts";
import { t } from "./strings/language.ts";

/** Takes settings from a picture: by a button, and says what was taken. Dropping and pasting do the same. */
export function restorePicture(state: PageState): HTMLElement {
  const input = on(h("input", { type: "file", accept: "image/png", hidden: true, "aria-label": () => t().restore.file }), {
    change() {
      const file = input.files?.[0];
      input.value = "";
      if (file !== undefined) void restore(state, file);
    },
  });
  const button = on(
    h("button", { type: "button", class: "secondary" }, () => t().restore.button),
    { click: () => input.click() },
  );
  return h(
    "div",
    { class: "restore" },
    button,
    input,
    h("p", { class: "hint" }, () => t().restore.hint),
    h("p", { class: "restored", role: "status" }, () => state.restored.value),
  );
}

/** Reads pictures that are dropped or pasted anywhere on the page. */
export function listenForPictures(document: Document, state: PageState): void {
  const carried = (transfer: DataTransfer | null): File | undefined =>
    [...(transfer?.files ?? [])].find(({ type }) => type === "image/png");
  document.addEventListener("dragover", (event) => {
    if (event.dataTransfer?.types.includes("Files")) event.preventDefault();
  });
  document.addEventListener("drop", (event) => {
    if (event.dataTransfer?.types.includes("Files")) event.preventDefault(); // else the browser leaves the page for the file
    const file = carried(event.dataTransfer);
    if (file !== undefined) void restore(state, file);
  });
  document.addEventListener("paste", (event) => {
    const file = carried(event.clipboardData);
    if (file === undefined) return;
    event.preventDefault();
    void restore(state, file);
  });
}

async function restore(state: PageState, file: Blob): Promise<void> {
  try {
    const { source, settings, left, weights } = await settingsIn(file);
    const applied = applySettings(state.form.value, settings, state.model.value?.granularity ?? 128);
    state.form.value = applied.form;
    const missing = [...left, ...applied.left, ...(weights === undefined ? [] : [t().picture.weights(weights)])];
    state.restored.value = t().restore.fromPicture(source) + (missing.length > 0 ? t().restore.left(missing) : "");
  } catch (error) {
    state.restored.value = messageOf(error);
  }
}
