import type { CascadeInfo } from "../client/protocol.ts";
import type { Plan } from "../gallery/pace.ts";
import type { Settings } from "../pipeline/types.ts";

/** What a model has to do for these settings. */
export function planOf({ name, backend }: Pick<CascadeInfo, "name" | "backend">, { width, height, stageC, stageB }: Settings): Plan {
  return {
    where: `${name} ${backend}`,
    width,
    height,
    steps: { "text-encoder": 1, "stage-c": stageC.steps, "stage-b": stageB.steps },
    guided: [...(stageC.guidance > 1 ? (["stage-c"] as const) : []), ...(stageB.guidance > 1 ? (["stage-b"] as const) : [])],
  };
}
