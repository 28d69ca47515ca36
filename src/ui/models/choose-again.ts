import { filesOfJob } from "../../catalogue/needed-files.ts";
import { h, on } from "../dom.ts";
import { t } from "../strings/language.ts";
import type { Again, KeptJob } from "./types.ts";

/** Names told of the files to choose again: who sees these knows the folder. */
const NAMED = 4;

/**
 * A button that runs a kept job again. Where it needs files of the disk they are asked for first, one by one or as the folder they lie in: a picker of files
 * looks into one folder only, and the parts of a model lie in several. What is not needed is passed over.
 */
export function chooseAgain(
  job: () => KeptJob | undefined,
  label: () => string,
  name: () => string,
  run: (again: Again) => void,
): HTMLElement {
  const names = (): readonly string[] => {
    const kept = job();
    return kept === undefined ? [] : [...new Set(filesOfJob(kept).map(({ name }) => name))];
  };
  const needsNone = () => names().length === 0;
  const told = (): string => {
    const all = names();
    const some = all.slice(0, NAMED).join(", ");
    return all.length > NAMED ? t().models.unfinished.andMore(some, all.length - NAMED) : some;
  };
  const picker = (attributes: Record<string, boolean>, words: () => string): HTMLInputElement => {
    const input = on(h("input", { type: "file", hidden: true, "aria-label": words, ...attributes }), {
      change() {
        const files = [...(input.files ?? [])];
        input.value = "";
        if (files.length > 0) run({ files });
      },
    });
    return input;
  };
  const files = picker({ multiple: true }, () => t().models.own.files);
  const folder = picker({ webkitdirectory: true }, () => t().models.own.folder);
  const button = (words: () => string, hidden: () => boolean, click: () => void, spoken = () => `${words()}: ${name()}`): HTMLElement =>
    on(h("button", { type: "button", class: "secondary", hidden, "aria-label": spoken }, words), { click });
  return h(
    "div",
    { class: "again" },
    h("p", { class: "hint", hidden: needsNone }, () => t().models.unfinished.sameFiles(told())),
    h("p", { class: "hint", hidden: () => job() !== undefined }, () => t().models.here.sourcesGone),
    button(
      label,
      () => job() === undefined || !needsNone(),
      () => run({}),
      name,
    ),
    h(
      "div",
      { class: "model-actions", hidden: needsNone },
      button(
        () => t().models.own.chooseFolder,
        () => false,
        () => folder.click(),
      ),
      button(
        () => t().models.own.chooseFiles,
        () => false,
        () => files.click(),
      ),
    ),
    files,
    folder,
  );
}
