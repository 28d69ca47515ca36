import type { Controller } from "./controller.ts";
import { h, on } from "./dom.ts";
import type { PageState, Problem } from "./state.ts";
import { t } from "./strings/language.ts";

/** What went wrong with the engine, and the way out where the page has one. */
export function alertBox(state: PageState, controller: Controller): HTMLElement {
  const shown = (): Problem | undefined => (state.problem.value?.field === undefined ? state.problem.value : undefined);
  const useWasm = on(
    h("button", { type: "button", class: "secondary", hidden: () => !wasmHelps(shown(), state) }, () => t().composer.useWasm),
    {
      click: () => void controller.chooseBackend("wasm"),
    },
  );
  return h(
    "div",
    { class: "alert", hidden: () => shown() === undefined },
    h("p", { role: "alert" }, () => shown()?.message ?? ""),
    useWasm,
  );
}

/** Whether what went wrong is the GPU's, so that the processor may do. */
function wasmHelps(problem: Problem | undefined, { form, model }: PageState): boolean {
  if (form.value.backend === "wasm" || model.value?.backend === "wasm") return false;
  return problem?.code === "no-webgpu" || problem?.code === "device-lost" || problem?.code === "out-of-memory";
}
