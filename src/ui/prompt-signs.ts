import { h } from "./dom.ts";
import { t } from "./strings/language.ts";

const SIGNS = {
  more: "(fox:1.2)",
  less: "[fox]",
  oneOf: "{red|blue}",
  wildcard: "__animal__",
} as const;

/** What signs in a prompt mean, with an example each. */
export function promptSigns(): HTMLElement {
  const entries = (Object.keys(SIGNS) as (keyof typeof SIGNS)[]).map((name) =>
    h(
      "div",
      {},
      h("dt", {}, h("code", {}, SIGNS[name])),
      h("dd", {}, () => t().signs[name]),
    ),
  );
  return h(
    "details",
    { class: "words" },
    h("summary", {}, () => t().signs.heading),
    h("dl", { class: "signs" }, ...entries),
  );
}
