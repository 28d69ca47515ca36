import { h } from "./dom.ts";
import type { PageState } from "./state.ts";

/** Which model runs where, and why there. */
export function modelLine({ model, problem }: PageState): HTMLElement {
  const millions = () => Math.round((model.value?.parameters ?? 0) / 1e6);
  const text = () => {
    if (model.value === undefined) return problem.value?.code === undefined ? "Loading the model" : "No model loaded";
    return `${model.value.name}, ${millions()} million parameters, on ${model.value.backend === "webgpu" ? "WebGPU" : "WASM"}`;
  };
  return h(
    "footer",
    { class: "model" },
    h("p", {}, text),
    h("p", { class: "reason" }, () => model.value?.reason ?? ""),
  );
}
