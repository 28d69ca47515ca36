import { filesOfJob } from "../../catalogue/needed-files.ts";
import { h, on } from "../dom.ts";
import { t } from "../strings/language.ts";
import type { Again, KeptJob } from "./types.ts";

/** A button that runs a kept job again; where it needs files of the disk, they are asked for first. */
export function chooseAgain(
  job: () => KeptJob | undefined,
  label: () => string,
  name: () => string,
  run: (again: Again) => void,
): HTMLElement {
  const names = () => {
    const kept = job();
    return kept === undefined ? [] : filesOfJob(kept).map(({ name }) => name);
  };
  const input = on(h("input", { type: "file", multiple: true, hidden: true, "aria-label": () => t().models.own.files }), {
    change() {
      const files = [...(input.files ?? [])];
      input.value = "";
      if (files.length > 0) run({ files });
    },
  });
  const button = on(h("button", { type: "button", class: "secondary", hidden: () => job() === undefined, "aria-label": name }, label), {
    click() {
      if (names().length > 0) input.click();
      else run({});
    },
  });
  return h(
    "div",
    { class: "again" },
    h("p", { class: "hint", hidden: () => names().length === 0 }, () => t().models.unfinished.sameFiles(names().join(", "))),
    h("p", { class: "hint", hidden: () => job() !== undefined }, () => t().models.here.sourcesGone),
    button,
    input,
  );
}
