import { moveJob, withoutJob } from "../gallery/queue.ts";
import { h, icon, on } from "./dom.ts";
import { keyedList } from "./keyed-list.ts";
import type { PageState } from "./state.ts";
import { t } from "./strings/language.ts";

const UP = "M12 19V5m0 0-6 6m6-6 6 6";
const DOWN = "M12 5v14m0 0-6-6m6 6 6-6";
const REMOVE = "M6 6l12 12M18 6 6 18";

/** What waits to be drawn; each can be moved or taken out. */
export function queueList({ queue }: PageState): HTMLElement {
  const clear = on(
    h("button", { type: "button", class: "secondary" }, () => t().queue.clear),
    {
      click() {
        queue.value = [];
      },
    },
  );
  const list = keyedList(
    { class: "queue-list", "aria-label": () => t().queue.list },
    () => queue.value.map(({ id }) => id),
    (id) => {
      const job = queue.value.find((each) => each.id === id);
      const name = () => t().queue.job(job?.form.prompt.trim() ?? "", job?.seed ?? 0);
      const button = (label: () => string, path: string, click: () => void) =>
        on(h("button", { type: "button", class: "icon-button", "aria-label": () => `${label()}: ${name()}`, title: label }, icon(path)), {
          click,
        });
      return h(
        "li",
        {},
        h("span", { class: "queue-name" }, name),
        button(
          () => t().queue.earlier,
          UP,
          () => {
            queue.value = moveJob(queue.value, id, -1);
          },
        ),
        button(
          () => t().queue.later,
          DOWN,
          () => {
            queue.value = moveJob(queue.value, id, 1);
          },
        ),
        button(
          () => t().queue.remove,
          REMOVE,
          () => {
            queue.value = withoutJob(queue.value, id);
          },
        ),
      );
    },
    () => clear.focus(),
  );
  return h(
    "section",
    { class: "queue", "aria-label": () => t().queue.region, hidden: () => queue.value.length === 0 },
    h(
      "div",
      { class: "section-head" },
      h("h2", {}, () => t().queue.heading(queue.value.length)),
      clear,
    ),
    list,
  );
}
