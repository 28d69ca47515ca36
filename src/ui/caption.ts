import { h, icon, on } from "./dom.ts";
import { duration } from "./duration.ts";
import { fileName } from "./file-name.ts";
import { pictureActions } from "./picture-actions.ts";
import { titleOf } from "./picture-title.ts";
import { stageTimes } from "./stage-times.ts";
import type { PageState, Picture } from "./state.ts";
import { t } from "./strings/language.ts";
import { told } from "./strings/told.ts";

const DOWNLOAD = "M12 4v11m0 0-4.5-4.5M12 15l4.5-4.5M5 19.5h14";

/** Under a finished picture: its prompt, how it was made, and the file. */
export function caption(state: PageState): HTMLElement {
  const { run, picture, notes } = state;
  const shown = () => (run.value === undefined ? picture.value : undefined);
  return h(
    "figcaption",
    { hidden: () => shown() === undefined },
    h(
      "div",
      {},
      h("p", { class: "caption-prompt" }, () => titleOf(shown())),
      h("p", { class: "caption-facts" }, () => facts(shown())),
    ),
    on(
      h("button", { type: "button", class: "secondary" }, icon(DOWNLOAD), () => t().picture.download),
      {
        click() {
          if (picture.value !== undefined) download(picture.value);
        },
      },
    ),
    pictureActions(state),
    stageTimes(state),
    h("p", { class: "caption-notes", role: "status" }, () => (shown() === undefined ? "" : notes.value.map(told).join(" "))),
  );
}

function facts(picture: Picture | undefined): string {
  if (picture === undefined) return "";
  const { seed } = picture.settings;
  const { width, height } = picture.comparison ?? picture.settings;
  return [
    t().picture.facts(seed, width, height),
    ...(picture.comparison === undefined ? [duration(picture.seconds)] : []),
    ...(picture.weights === undefined ? [] : [t().picture.weights(picture.weights)]),
  ].join(" · ");
}

function download({ url, settings }: Picture): void {
  const link = h("a", { href: url, download: fileName(settings.prompt, settings.seed) });
  link.click();
}
