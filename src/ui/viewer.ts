import { effect } from "@preact/signals-core";
import { h, icon, on } from "./dom.ts";
import { PanZoom } from "./pan-zoom.ts";
import { titleOf } from "./picture-title.ts";
import { differences } from "./settings-differences.ts";
import type { Picture } from "./state.ts";
import { t } from "./strings/language.ts";

const CLOSE = "M6 6l12 12M18 6 6 18";
const PLUS = "M12 5v14M5 12h14";
const MINUS = "M5 12h14";
const FIT = "M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5";

/** What is looked at: a picture file and how it was made. */
export type Seen = Pick<Picture, "settings" | "weights" | "blob" | "comparison">;

/** A dialog that shows one picture large, or two side by side of which the same part is seen; it is taken out of the document as it closes. */
export function openViewer(...pictures: readonly [Seen] | readonly [Seen, Seen]): void {
  const zoom = new PanZoom();
  const urls = pictures.map(({ blob }) => URL.createObjectURL(blob));
  const [first, second] = pictures;
  const differ = second === undefined ? undefined : differences(first.settings, second.settings);
  const button = (label: () => string, path: string, click: () => void) =>
    on(h("button", { type: "button", class: "icon-button", "aria-label": label, title: label }, icon(path)), { click });
  const panes = pictures.map((picture, i) => {
    const image = h("img", { src: urls[i], alt: () => titleOf(picture), draggable: "false" });
    // A group that takes the focus, so that its keys can be told from the page's.
    const frame = h(
      "div",
      { class: "viewer-frame", role: "group", tabindex: 0, "aria-label": () => t().viewer.frame(titleOf(picture)) },
      image,
    );
    zoom.listen(frame);
    effect(() => {
      const { scale, x, y } = zoom.view.value;
      image.style.transform = `translate(${100 * x}%, ${100 * y}%) scale(${scale})`;
      image.style.imageRendering = scale > 3 ? "pixelated" : "auto";
    });
    const said = differ
      ?.map(({ name, values }) => `${t().viewer.names[name]} ${values[i] ?? ""}`)
      .concat(second !== undefined && weightsOf(first) !== weightsOf(second) ? weightsOf(picture) : [])
      .join(" · ");
    return h(
      "figure",
      { class: "viewer-pane" },
      frame,
      h("figcaption", {}, () => (said === undefined ? titleOf(picture) : said === "" ? t().viewer.same : said)),
    );
  });
  const dialog = h(
    "dialog",
    { class: "viewer", "aria-label": () => (second === undefined ? t().viewer.one : t().viewer.two) },
    h(
      "div",
      { class: "viewer-bar" },
      h("p", { class: "hint" }, () => t().viewer.keys),
      h("output", { class: "hint" }, () => `${Math.round(100 * zoom.view.value.scale)} %`),
      button(() => t().viewer.smaller, MINUS, zoom.zoomOut),
      button(() => t().viewer.larger, PLUS, zoom.zoomIn),
      button(() => t().viewer.whole, FIT, zoom.reset),
      button(
        () => t().viewer.close,
        CLOSE,
        () => dialog.close(),
      ),
    ),
    h("div", { class: "viewer-panes" }, ...panes),
  );
  dialog.addEventListener("close", () => {
    dialog.remove();
    for (const url of urls) URL.revokeObjectURL(url);
  });
  document.body.append(dialog);
  dialog.showModal();
  panes[0]?.querySelector<HTMLElement>(".viewer-frame")?.focus();
}

function weightsOf({ weights }: Seen): string {
  return t().picture.weights(weights ?? ["stored"]);
}
