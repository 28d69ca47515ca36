import { computed, signal } from "@preact/signals-core";
import { search } from "../gallery/history.ts";
import { messageOf } from "../shared/errors.ts";
import { h, on } from "./dom.ts";
import { historyZip } from "./export-history.ts";
import type { Gallery } from "./gallery.ts";
import { historyItem } from "./history-item.ts";
import { keyedList } from "./keyed-list.ts";
import type { PageState } from "./state.ts";
import { t } from "./strings/language.ts";

/** The browser reads a download's address after the press; so long it stays good, in milliseconds. */
const KEPT = 60_000;

/** Earlier pictures: found by words, and taken away as one zip. */
export function historyPanel(state: PageState, gallery: Gallery): HTMLElement {
  const { history, storageWarning } = state;
  const query = signal("");
  const favourites = signal(false);
  const status = signal<() => string>(() => "");
  const found = computed(() => search(history.value, query.value, favourites.value));
  const field = on(h("input", { type: "search", id: "history-search", placeholder: () => t().history.search, autocomplete: "off" }), {
    input() {
      query.value = field.value;
    },
  });
  const only = on(
    h("button", { type: "button", class: "quiet", "aria-pressed": () => String(favourites.value) }, () => t().history.favourites),
    {
      click() {
        favourites.value = !favourites.value;
      },
    },
  );
  let exporting = false;
  const exportAll = on(
    h("button", { type: "button", class: "quiet" }, () => t().history.exportAll),
    {
      async click() {
        if (exporting) return;
        exporting = true;
        status.value = () => t().history.exporting;
        const count = history.value.length;
        try {
          const url = URL.createObjectURL(await historyZip(state, gallery));
          h("a", { href: url, download: "cascade-pictures.zip" }).click();
          setTimeout(() => URL.revokeObjectURL(url), KEPT);
          status.value = () => t().history.exported(count);
        } catch (error) {
          status.value = () => messageOf(error);
        } finally {
          exporting = false;
        }
      },
    },
  );

  return h(
    "section",
    { class: "history", "aria-label": () => t().history.region, hidden: () => history.value.length === 0 },
    h(
      "div",
      { class: "section-head" },
      h("h2", {}, () => t().history.region),
      h("div", { class: "history-tools" }, only, exportAll),
    ),
    h("p", { class: "storage-warning", role: "status" }, () => storageWarning.value),
    h("p", { class: "hint", role: "status" }, () => status.value()),
    h(
      "div",
      { class: "field" },
      h("label", { for: "history-search", class: "visually-hidden" }, () => t().history.search),
      field,
    ),
    h("p", { class: "hint", role: "status" }, () => (found.value.length === 0 && history.value.length > 0 ? t().history.nothingFound : "")),
    keyedList(
      { class: "thumbnails", "aria-label": () => t().history.list },
      () => found.value.map(({ id }) => id),
      (id) => historyItem(state, gallery, id),
      () => field.focus(),
    ),
  );
}
