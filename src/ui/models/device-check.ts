import { signal } from "@preact/signals-core";
import type { ConvertClient } from "../../client/convert-client.ts";
import { h, on } from "../dom.ts";
import { t } from "../strings/language.ts";
import { modelProblem } from "./model-problem.ts";
import type { ModelsState } from "./models-state.ts";

/** Measures this device by a press: a few seconds of its whole strength, so never unasked. */
export function deviceCheck(state: ModelsState, worker: () => ConvertClient): HTMLElement {
  const measuring = signal(false);
  const measure = async (): Promise<void> => {
    if (measuring.value) return;
    measuring.value = true;
    state.problem.value = undefined;
    try {
      state.measure.value = await worker().measureDevice();
    } catch (error) {
      state.problem.value = modelProblem(error);
    } finally {
      measuring.value = false;
    }
  };
  const text = (): string => {
    if (measuring.value) return t().models.get.measuring;
    const known = state.measure.value;
    if (known === undefined) return t().models.get.notMeasured;
    const { gpu, processor } = known;
    const speed = (gflops: number) => t().models.get.gflops(Math.round(gflops).toLocaleString());
    const parts = [t().models.get.processor(processor.threads, speed(processor.gflops))];
    if (gpu !== undefined) parts.unshift(`${gpu.name} (${gpu.gflops > 0 ? speed(gpu.gflops) : "WebGPU"})`);
    return t().models.get.measured(parts.join("; "));
  };
  return h(
    "div",
    { class: "device" },
    h("p", { class: "hint", role: "status" }, text),
    on(
      h("button", { type: "button", class: "secondary", "aria-disabled": () => (measuring.value ? "true" : undefined) }, () =>
        state.measure.value === undefined ? t().models.get.measure : t().models.get.measureAgain,
      ),
      { click: () => void measure() },
    ),
  );
}
