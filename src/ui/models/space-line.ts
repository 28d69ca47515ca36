import { h, on } from "../dom.ts";
import { t } from "../strings/language.ts";
import { bytesText } from "./bytes.ts";
import type { ModelActions } from "./model-actions.ts";
import type { ModelsState } from "./models-state.ts";

/** How much room there is, and whether the browser keeps what is in it. */
export function spaceLine({ space, keepRefused }: ModelsState, actions: ModelActions): HTMLElement {
  const text = (): string => {
    const known = space.value;
    return known === undefined ? "" : t().models.space.used(bytesText(known.used), bytesText(Math.max(0, known.quota - known.used)));
  };
  const share = () => (space.value === undefined || space.value.quota === 0 ? 0 : space.value.used / space.value.quota);
  const kept = () => space.value?.persisted === true;
  return h(
    "section",
    { class: "models-section space", "aria-labelledby": "model-space", hidden: () => space.value === undefined },
    h("h3", { id: "model-space" }, () => t().models.space.region),
    h("meter", { min: 0, max: 1, value: share, "aria-labelledby": "model-space", "aria-valuetext": text }),
    h("p", {}, text),
    h("p", { class: "hint", hidden: () => kept() || !keepRefused.value }, () => t().models.space.refused),
    h("p", { class: "hint" }, () => (kept() ? t().models.space.kept : `${t().models.space.notKept} ${t().models.space.keepWhy}`)),
    on(
      h("button", { type: "button", class: "secondary", hidden: kept }, () => t().models.space.keep),
      { click: () => void actions.keep() },
    ),
  );
}
