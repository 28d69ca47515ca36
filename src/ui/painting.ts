import { effect } from "@preact/signals-core";
import { h } from "./dom.ts";
import type { PageState, Paint } from "./state.ts";
import { t } from "./strings/language.ts";

/** The picture as it comes: Stage C's preview enlarged, then Stage A's tiles over it. */
export function painting({ run, paint }: PageState): HTMLCanvasElement {
  const canvas = h("canvas", {
    role: "img",
    "aria-label": () => t().picture.preview,
    hidden: () => run.value === undefined || paint.value === undefined,
  });
  effect(() => {
    const settings = run.value?.settings;
    // Setting a size clears the canvas, so only where it differs; the first preview of a run covers what is left of the last.
    if (settings !== undefined && canvas.width !== settings.width) canvas.width = settings.width;
    if (settings !== undefined && canvas.height !== settings.height) canvas.height = settings.height;
  });
  effect(() => {
    if (paint.value !== undefined) draw(canvas, paint.value);
  });
  return canvas;
}

function draw(canvas: HTMLCanvasElement, paint: Paint): void {
  const context = canvas.getContext("2d");
  if (context === null) return;
  const image = new ImageData(paint.image.data, paint.image.width, paint.image.height);
  if (paint.kind === "tile") {
    context.putImageData(image, paint.x, paint.y);
    return;
  }
  const small = new OffscreenCanvas(image.width, image.height);
  small.getContext("2d")?.putImageData(image, 0, 0);
  context.imageSmoothingQuality = "high";
  context.drawImage(small, 0, 0, canvas.width, canvas.height);
}
