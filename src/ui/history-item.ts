import { h, icon, on } from "./dom.ts";
import type { Gallery } from "./gallery.ts";
import { titleOf } from "./picture-title.ts";
import type { PageState } from "./state.ts";
import { t } from "./strings/language.ts";
import { openViewer } from "./viewer.ts";

const HEART = "M12 20 4.5 12.5a4.6 4.6 0 0 1 6.5-6.5l1 1 1-1a4.6 4.6 0 0 1 6.5 6.5z";
const COMPARE = "M12 3v18M4 6h4.500v12H4zM15.500 6H20v12h-4.500z";
const TRASH = "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13M10.5 11v5.5M13.5 11v5.5";

/** An earlier picture, small: shown again, marked, compared with the one shown, deleted. */
export function historyItem({ history, picture }: PageState, gallery: Gallery, id: string): HTMLLIElement {
  const entry = () => history.value.find((each) => each.id === id);
  const now = entry();
  const name = () => t().queue.job(titleOf(now), now?.settings.seed ?? 0);
  const image = h("img", { alt: "", loading: "lazy", src: now === undefined ? "" : URL.createObjectURL(now.thumbnail) });
  const action = (label: () => string, path: string, click: () => void, attributes: Parameters<typeof h>[1] = {}) =>
    on(
      h(
        "button",
        { type: "button", class: "icon-button", "aria-label": () => `${label()}: ${name()}`, title: label, ...attributes },
        icon(path),
      ),
      { click },
    );
  const compare = async (): Promise<void> => {
    const blob = await gallery.png(id);
    if (now !== undefined && blob !== undefined && picture.value !== undefined) openViewer(picture.value, { ...now, blob });
  };
  return h(
    "li",
    {},
    on(h("button", { type: "button", class: "thumbnail", title: name, "aria-label": () => t().history.show(name()) }, image), {
      click: () => void gallery.show(id),
    }),
    h(
      "div",
      { class: "history-actions" },
      action(
        () => t().history.favourite,
        HEART,
        () => void gallery.setFavourite(id, entry()?.favourite !== true),
        { "aria-pressed": () => String(entry()?.favourite === true) },
      ),
      action(
        () => t().history.compareWith,
        COMPARE,
        () => void compare(),
        { hidden: () => picture.value === undefined },
      ),
      action(
        () => t().history.delete,
        TRASH,
        () => {
          URL.revokeObjectURL(image.src);
          void gallery.delete(id);
        },
      ),
    ),
  );
}
