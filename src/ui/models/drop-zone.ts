import { signal } from "@preact/signals-core";
import { h, icon, on } from "../dom.ts";
import { t } from "../strings/language.ts";
import { droppedFiles, pickedFiles } from "./dropped-files.ts";
import { FOLDER } from "./icons.ts";
import type { DroppedFile } from "./types.ts";

/** Where files are dropped; two buttons do the same by pickers. */
export function dropZone(take: (files: readonly DroppedFile[]) => void): HTMLElement {
  const over = signal(false);
  const picker = (attributes: Record<string, boolean | string>, label: () => string): HTMLInputElement => {
    const input = on(h("input", { type: "file", hidden: true, "aria-label": label, ...attributes }), {
      change() {
        const files = pickedFiles(input.files);
        input.value = "";
        if (files.length > 0) take(files);
      },
    });
    return input;
  };
  const files = picker({ multiple: true, accept: ".safetensors,.json,.onnx,.data,.zip" }, () => t().models.own.files);
  const folder = picker({ webkitdirectory: true }, () => t().models.own.folder);
  return on(
    h(
      "div",
      { class: "drop", "data-over": () => over.value },
      icon(FOLDER),
      h("p", { class: "drop-words" }, () => t().models.own.drop),
      h(
        "div",
        { class: "model-actions" },
        on(
          h("button", { type: "button", class: "secondary" }, () => t().models.own.chooseFiles),
          { click: () => files.click() },
        ),
        on(
          h("button", { type: "button", class: "secondary" }, () => t().models.own.chooseFolder),
          { click: () => folder.click() },
        ),
      ),
      files,
      folder,
    ),
    {
      dragover(event) {
        event.preventDefault();
        over.value = true;
      },
      dragleave() {
        over.value = false;
      },
      drop(event) {
        event.preventDefault();
        event.stopPropagation(); // else the page looks for a picture in it
        over.value = false;
        if (event.dataTransfer !== null) void droppedFiles(event.dataTransfer).then(take);
      },
    },
  );
}
