import { backendField } from "./backend-field.ts";
import type { Controller } from "./controller.ts";
import { h, on } from "./dom.ts";
import { numberField } from "./number-field.ts";
import { presetField } from "./preset-field.ts";
import { restorePicture } from "./restore-picture.ts";
import { samplerField } from "./sampler-field.ts";
import { seedField } from "./seed-field.ts";
import { sizeField } from "./size-field.ts";
import { edit, type PageState } from "./state.ts";

/** What a picture depends on beside its prompt. Empty numbers show what the model recommends. */
export function settingsPanel(state: PageState, controller: Controller): HTMLElement {
  const negative = on(
    h("textarea", { id: "negativePrompt", rows: 1, placeholder: "What to keep out", value: () => state.form.value.negativePrompt }),
    { input: () => edit(state, "negativePrompt", negative.value) },
  );
  const recommended = (stage: "stageC" | "stageB", what: "steps" | "guidance") => () =>
    String(state.model.value?.defaults[stage][what] ?? "");
  const advanced = h(
    "details",
    {},
    h("summary", {}, "Advanced"),
    h(
      "div",
      { class: "advanced" },
      numberField(state, "stepsC", "Stage C steps", recommended("stageC", "steps")),
      numberField(state, "guidanceC", "Stage C guidance", recommended("stageC", "guidance")),
      numberField(state, "stepsB", "Stage B steps", recommended("stageB", "steps")),
      numberField(state, "guidanceB", "Stage B guidance", recommended("stageB", "guidance")),
      samplerField(state, "samplerC", "Stage C sampler"),
      samplerField(state, "samplerB", "Stage B sampler"),
      backendField(state, controller),
    ),
  );
  return h(
    "section",
    { "aria-label": "Settings" },
    sizeField(state),
    h(
      "div",
      { class: "pair" },
      seedField(state),
      numberField(state, "count", "Pictures", () => "1"),
    ),
    presetField(state),
    h("div", { class: "field" }, h("label", { for: "negativePrompt" }, "Negative prompt"), negative),
    advanced,
    restorePicture(state),
  );
}
