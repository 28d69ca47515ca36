import { backendField } from "./backend-field.ts";
import { comparisonPanel } from "./comparison-panel.ts";
import type { Controller } from "./controller.ts";
import { h, on } from "./dom.ts";
import { numberField } from "./number-field.ts";
import { presetField } from "./preset-field.ts";
import { restorePicture } from "./restore-picture.ts";
import { samplerField } from "./sampler-field.ts";
import { seedField } from "./seed-field.ts";
import { sizeField } from "./size-field.ts";
import { edit, type PageState } from "./state.ts";
import { t } from "./strings/language.ts";
import { styleField } from "./style-field.ts";

/** What a picture depends on beside its prompt. Empty numbers show what the model recommends. */
export function settingsPanel(state: PageState, controller: Controller): HTMLElement {
  const negative = on(
    h("textarea", { id: "negativePrompt", rows: 1, placeholder: () => t().settings.keepOut, value: () => state.form.value.negativePrompt }),
    { input: () => edit(state, "negativePrompt", negative.value) },
  );
  const recommended = (stage: "stageC" | "stageB", what: "steps" | "guidance") => () =>
    String(state.model.value?.defaults[stage][what] ?? "");
  const advanced = h(
    "details",
    {},
    h("summary", {}, () => t().settings.advanced),
    h(
      "div",
      { class: "advanced" },
      numberField(state, "stepsC", recommended("stageC", "steps")),
      numberField(state, "guidanceC", recommended("stageC", "guidance")),
      numberField(state, "stepsB", recommended("stageB", "steps")),
      numberField(state, "guidanceB", recommended("stageB", "guidance")),
      samplerField(state, "samplerC"),
      samplerField(state, "samplerB"),
      backendField(state, controller),
    ),
  );
  return h(
    "section",
    { "aria-label": () => t().settings.region },
    sizeField(state),
    h(
      "div",
      { class: "pair" },
      seedField(state),
      numberField(state, "count", () => "1"),
    ),
    h("div", { class: "halves" }, presetField(state), styleField(state, controller)),
    h(
      "div",
      { class: "field" },
      h("label", { for: "negativePrompt" }, () => t().names.negativePrompt),
      negative,
    ),
    advanced,
    comparisonPanel(state, controller),
    restorePicture(state),
  );
}
