import { effect } from "@preact/signals-core";
import { caption } from "./caption.ts";
import { h } from "./dom.ts";
import { painting } from "./painting.ts";
import { progressBar } from "./progress-bar.ts";
import { sizeOf } from "./size.ts";
import type { PageState } from "./state.ts";
import { t } from "./strings/language.ts";

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
      alt: () => picture.value?.settings.prompt ?? "",
      width: () => picture.value?.settings.width,
      height: () => picture.value?.settings.height,
      hidden: () => picture.value === undefined || drawing(),
    }),
    painting(state),
  );
  const figure = h("figure", { class: "picture" }, frame, h("div", { class: "below" }, progressBar(state), caption(state)));
  // The frame has the shape of what it shows: the run's picture, else the last one, else the size chosen.
  effect(() => {
    const { width, height } =
      (drawing() ? run.value?.settings : undefined) ?? picture.value?.settings ?? sizeOf(form.value.size, model.value?.granularity ?? 128);
    figure.style.setProperty("--ratio", String(width / height));
  });
  return h("section", { class: "wall", "aria-label": () => t().picture.region }, figure);
}
