import { effect } from "@preact/signals-core";
import { h } from "./dom.ts";
import { duration } from "./duration.ts";
import type { PageState } from "./state.ts";
import { t } from "./strings/language.ts";

/** What each stage of the picture shown took: time, steps, and memory where the browser told. */
export function stageTimes({ picture }: PageState): HTMLElement {
  const stages = () => picture.value?.stages ?? [];
  const body = h("tbody", {});
  effect(() => {
    const words = t().times;
    body.replaceChildren(
      ...stages().map(({ stage, loading, seconds, steps, memory }) =>
        h(
          "tr",
          {},
          h("th", { scope: "row" }, t().progress.stages[stage]),
          h("td", {}, duration(loading)),
          h("td", {}, duration(seconds)),
          h("td", {}, steps > 1 ? words.each(steps, duration(seconds / steps)) : "–"),
          h("td", {}, memory === undefined ? "–" : words.megabytes(Math.round(memory / 2 ** 20))),
        ),
      ),
    );
  });
  const heads = (["stage", "loading", "running", "steps", "memory"] as const).map((name) =>
    h("th", { scope: "col" }, () => t().times[name]),
  );
  return h(
    "details",
    { class: "times", hidden: () => stages().length === 0 },
    h("summary", {}, () => t().times.heading),
    h("table", {}, h("thead", {}, h("tr", {}, ...heads)), body),
  );
}
