import { h } from "../dom.ts";
import { keyedList } from "../keyed-list.ts";
import type { PageState } from "../state.ts";
import { t } from "../strings/language.ts";
import { embeddedItem } from "./embedded-item.ts";
import type { ModelActions } from "./model-actions.ts";
import type { ModelsState } from "./models-state.ts";
import { spaceLine } from "./space-line.ts";
import { storedItem } from "./stored-item.ts";
import { unfinishedList } from "./unfinished-list.ts";

/** What is on this device: models, those that are not finished, and the room they take. */
export function hereView(page: PageState, state: ModelsState, actions: ModelActions): HTMLElement {
  const heading = h("h3", { id: "stored-models", tabindex: -1 }, () => t().models.here.models);
  return h(
    "div",
    { class: "view-body" },
    h(
      "section",
      { class: "models-section", "aria-labelledby": "stored-models" },
      heading,
      embeddedItem(page, actions),
      keyedList(
        { class: "model-list", "aria-labelledby": "stored-models" },
        () => (state.models.value ?? []).map(({ id }) => id),
        (id) => storedItem(page, state, actions, id),
        () => heading.focus(),
      ),
      h(
        "p",
        { class: "hint", hidden: () => state.models.value === undefined || state.models.value.length > 0 },
        () => t().models.here.onlyEmbedded,
      ),
    ),
    unfinishedList(state, actions),
    spaceLine(state, actions),
  );
}
