import { computed, signal } from "@preact/signals-core";
import { search } from "../gallery/history.ts";
import { h, icon, on } from "./dom.ts";
import type { Gallery } from "./gallery.ts";
import { keyedList } from "./keyed-list.ts";
import type { PageState } from "./state.ts";
import { t } from "./strings/language.ts";

const HEART = "M12 20 4.5 12.5a4.6 4.6 0 0 1 6.5-6.5l1 1 1-1a4.6 4.6 0 0 1 6.5 6.5z";
const TRASH = "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13M10.5 11v5.5M13.5 11v5.5";

/** Earlier pictures: found by words, shown again, marked, deleted. */
export function historyPanel({ history }: PageState, gallery: Gallery): HTMLElement {
  const query = signal("");
  const favourites = signal(false);
  const found = computed(() => search(history.value, query.value, favourites.value));
  const field = on(h("input", { type: "search", id: "history-search", placeholder: () => t().history.searchHint, autocomplete: "off" }), {
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

  const item = (id: string): HTMLLIElement => {
    const entry = () => history.value.find((each) => each.id === id);
    const now = entry();
    const name = () => t().queue.job(now?.settings.prompt ?? "", now?.settings.seed ?? 0);
    const image = h("img", { alt: "", loading: "lazy", src: now === undefined ? "" : URL.createObjectURL(now.thumbnail) });
    const button = (attributes: Parameters<typeof h>[1], path: string, click: () => void) =>
      on(h("button", { type: "button", class: "icon-button", ...attributes }, icon(path)), { click });
    return h(
      "li",
      {},
      on(h("button", { type: "button", class: "thumbnail", title: name, "aria-label": () => t().history.show(name()) }, image), {
        click: () => void gallery.show(id),
      }),
      h(
        "div",
        { class: "history-actions" },
        button(
          {
            "aria-label": () => `${t().history.favourite}: ${name()}`,
            title: () => t().history.favourite,
            "aria-pressed": () => String(entry()?.favourite === true),
          },
          HEART,
          () => void gallery.setFavourite(id, entry()?.favourite !== true),
        ),
        button({ "aria-label": () => `${t().history.delete}: ${name()}`, title: () => t().history.delete }, TRASH, () => {
          URL.revokeObjectURL(image.src);
          void gallery.delete(id);
        }),
      ),
    );
  };

  return h(
    "section",
    { class: "history", "aria-label": () => t().history.region, hidden: () => history.value.length === 0 },
    h(
      "div",
      { class: "section-head" },
      h("h2", {}, () => t().history.region),
      only,
    ),
    h(
      "div",
      { class: "field" },
      h("label", { for: "history-search" }, () => t().history.search),
      field,
    ),
    h("p", { class: "hint", role: "status" }, () => (found.value.length === 0 && history.value.length > 0 ? t().history.nothingFound : "")),
    keyedList(
      { class: "thumbnails", "aria-label": () => t().history.list },
      () => found.value.map(({ id }) => id),
      item,
      () => field.focus(),
    ),
  );
}
