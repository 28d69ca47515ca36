import { h, on } from "./dom.ts";
import type { PageState } from "./state.ts";

/** Offers a new version of the app once there is one; never while a picture is made. */
export function updateNotice({ updateWaits, run }: PageState, update: () => void): HTMLElement {
  const take = on(h("button", { type: "button", class: "secondary", hidden: () => run.value !== undefined }, "Update and reload"), {
    click: update,
  });
  return h(
    "section",
    { class: "update", "aria-label": "Update", hidden: () => !updateWaits.value },
    h("p", { role: "status" }, () => (updateWaits.value ? "A new version of this page is ready." : "")),
    take,
  );
}
