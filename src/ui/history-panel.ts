import { computed, signal } from "@preact/signals-core";
import { search } from "../gallery/history.ts";
import { h, icon, on } from "./dom.ts";
import type { Gallery } from "./gallery.ts";
import { keyedList } from "./keyed-list.ts";
import type { PageState } from "./state.ts";

const HEART = "M12 20 4.5 12.5a4.6 4.6 0 0 1 6.5-6.5l1 1 1-1a4.6 4.6 0 0 1 6.5 6.5z";
const TRASH = "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13M10.5 11v5.5M13.5 11v5.5";

/** Earlier pictures: found by words, shown again, marked, deleted. */
export function historyPanel({ history }: PageState, gallery: Gallery): HTMLElement {
  const query = signal("");
  const favourites = signal(false);
  const found = computed(() => search(history.value, query.value, favourites.value));
  const field = on(h("input", { type: "search", id: "history-search", placeholder: "Words of the prompt", autocomplete: "off" }), {
    input() {
      query.value = field.value;
    },
  });
  const only = on(h("button", { type: "button", class: "quiet", "aria-pressed": () => String(favourites.value) }, "Favourites"), {
    click() {
      favourites.value = !favourites.value;
    },
  });

  const item = (id: string): HTMLLIElement => {
    const entry = () => history.value.find((each) => each.id === id);
    const now = entry();
    const name = `${now?.settings.prompt ?? ""}, seed ${now?.settings.seed ?? 0}`;
    const image = h("img", { alt: "", loading: "lazy", src: now === undefined ? "" : URL.createObjectURL(now.thumbnail) });
    const button = (attributes: Parameters<typeof h>[1], path: string, click: () => void) =>
      on(h("button", { type: "button", class: "icon-button", ...attributes }, icon(path)), { click });
    return h(
      "li",
      {},
      on(h("button", { type: "button", class: "thumbnail", title: name, "aria-label": `Show: ${name}` }, image), {
        click: () => void gallery.show(id),
      }),
      h(
        "div",
        { class: "history-actions" },
        button(
          { "aria-label": `Favourite: ${name}`, title: "Favourite", "aria-pressed": () => String(entry()?.favourite === true) },
          HEART,
          () => void gallery.setFavourite(id, entry()?.favourite !== true),
        ),
        button({ "aria-label": `Delete: ${name}`, title: "Delete" }, TRASH, () => {
          URL.revokeObjectURL(image.src);
          void gallery.delete(id);
        }),
      ),
    );
  };

  return h(
    "section",
    { class: "history", "aria-label": "History", hidden: () => history.value.length === 0 },
    h("div", { class: "section-head" }, h("h2", {}, "History"), only),
    h("div", { class: "field" }, h("label", { for: "history-search" }, "Search history"), field),
    h("p", { class: "hint", role: "status" }, () =>
      found.value.length === 0 && history.value.length > 0 ? "No picture has these words." : "",
    ),
    keyedList(
      { class: "thumbnails", "aria-label": "Earlier pictures" },
      () => found.value.map(({ id }) => id),
      item,
      () => field.focus(),
    ),
  );
}
