import { h, icon } from "./dom.ts";
import { t } from "./strings/language.ts";

const MARK = "M3 3h5v5H3zM8 8h6v6H8zM14 14h7v7h-7z";

/** The page's name, and beside it what concerns the whole page: `tools` (such as the button that opens the models). */
export function pageHeader(...tools: HTMLElement[]): HTMLElement {
  return h(
    "header",
    { class: "header" },
    h("h1", {}, icon(MARK), () => t().app.title),
    ...tools,
  );
}
