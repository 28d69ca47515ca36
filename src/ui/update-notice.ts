import { h, on } from "./dom.ts";
import type { PageState } from "./state.ts";
import { t } from "./strings/language.ts";

/** Offers a new version of the app once there is one; never while a picture is made. */
export function updateNotice({ updateWaits, run }: PageState, update: () => void): HTMLElement {
  const take = on(
    h("button", { type: "button", class: "secondary", hidden: () => run.value !== undefined }, () => t().update.take),
    {
      click: update,
    },
  );
  return h(
    "section",
    { class: "update", "aria-label": () => t().update.region, hidden: () => !updateWaits.value },
    h("p", { role: "status" }, () => (updateWaits.value ? t().update.ready : "")),
    take,
  );
}
