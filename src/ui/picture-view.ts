import { effect } from "@preact/signals-core";
import { caption } from "./caption.ts";
import { h, icon, on } from "./dom.ts";
import { sizeFrom } from "./form.ts";
import { painting } from "./painting.ts";
import { titleOf } from "./picture-title.ts";
import { progressBar } from "./progress-bar.ts";
import type { PageState, Picture } from "./state.ts";
import { t } from "./strings/language.ts";
import { openViewer } from "./viewer.ts";

const ENLARGE = "M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5";

const sizeOfPicture = (picture: Picture | undefined) => picture?.comparison ?? picture?.settings;

/** The picture: the last one, or the one being made, or the place where it will be. */
export function pictureView(state: PageState): HTMLElement {
  const { form, model, run, paint, picture } = state;
  const busy = () => run.value !== undefined;
  const drawing = () => busy() && paint.value !== undefined;
  const frame = h(
    "div",
    { class: "frame", "data-state": () => (busy() ? "running" : picture.value === undefined ? "empty" : "done") },
    h(
      "div",
      { class: "empty", hidden: () => picture.value !== undefined || drawing() },
      h("p", { class: "empty-title", hidden: busy }, () => t().picture.emptyTitle),
      h("p", { class: "empty-hint", hidden: busy }, () => t().picture.emptyHint),
    ),
    h("img", {
      src: () => picture.value?.url,
      alt: () => titleOf(picture.value),
      width: () => sizeOfPicture(picture.value)?.width,
      height: () => sizeOfPicture(picture.value)?.height,
      hidden: () => picture.value === undefined || drawing(),
    }),
    painting(state),
    on(
      h(
        "button",
        {
          type: "button",
          class: "enlarge",
          "aria-label": () => t().picture.enlarge,
          title: () => t().picture.enlarge,
          hidden: () => picture.value === undefined || drawing(),
        },
        icon(ENLARGE),
      ),
      {
        click() {
          if (picture.value !== undefined) openViewer(picture.value);
        },
      },
    ),
  );
  const figure = h("figure", { class: "picture" }, frame, h("div", { class: "below" }, progressBar(state), caption(state)));
  // The frame has the shape of what it shows: the run's picture, else the last one, else the size chosen.
  effect(() => {
    const { width, height } =
      (drawing() ? run.value?.settings : undefined) ??
      sizeOfPicture(picture.value) ??
      sizeFrom(form.value, model.value?.granularity ?? 128);
    figure.style.setProperty("--ratio", String(width / height));
  });
  return h("section", { class: "wall", "aria-label": () => t().picture.region }, figure);
}
