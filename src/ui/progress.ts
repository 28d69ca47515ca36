import type { CascadeEvent, StageName } from "../pipeline/types.ts";
import { t } from "./strings/language.ts";

/** The stages in the order they run, and about which share of a run's time each takes. */
export const STAGES: readonly { readonly stage: StageName; readonly share: number }[] = [
  { stage: "text-encoder", share: 0.02 },
  { stage: "stage-c", share: 0.4 },
  { stage: "stage-b", share: 0.4 },
  { stage: "stage-a", share: 0.18 },
];

/** Where a run stands; `undefined` stage: before the first one. */
export interface Progress {
  readonly stage: StageName | undefined;
  readonly state: "loading" | "running" | "done";
  /** Finished steps of `steps` of the stage; 0 of 0 before its first step is done. */
  readonly step: number;
  readonly steps: number;
}

export const NOT_STARTED: Progress = { stage: undefined, state: "loading", step: 0, steps: 0 };

/** Progress after an event. */
export function advance(progress: Progress, event: CascadeEvent): Progress {
  if (event.type === "step") return { stage: event.stage, state: "running", step: event.step, steps: event.steps };
  if (event.type !== "stage") return progress;
  const sameStage = event.stage === progress.stage;
  return { stage: event.stage, state: event.state, step: sameStage ? progress.step : 0, steps: sameStage ? progress.steps : 0 };
}

/** How much of one stage is done, 0 to 1. */
export function stageFraction(progress: Progress, stage: StageName): number {
  const at = STAGES.findIndex((entry) => entry.stage === progress.stage);
  const asked = STAGES.findIndex((entry) => entry.stage === stage);
  if (asked !== at) return asked < at ? 1 : 0;
  if (progress.state === "done") return 1;
  return progress.steps > 0 ? progress.step / progress.steps : 0;
}

/** How much of the run is done, 0 to 1; never goes back as the run goes on. */
export function fraction(progress: Progress): number {
  return STAGES.reduce((sum, { stage, share }) => sum + share * stageFraction(progress, stage), 0);
}

/** "Stage C, step 7 of 20" */
export function progressText({ stage, state, step, steps }: Progress): string {
  const words = t().progress;
  if (stage === undefined) return words.loadingModel;
  if (stage === "text-encoder" && state !== "loading") return words.readingPrompt;
  const name = words.stages[stage];
  if (steps > 0) return stage === "stage-a" ? words.tile(name, step, steps) : words.step(name, step, steps);
  return state === "loading" ? words.loading[stage] : name;
}

/** What is read out as the stage changes; a step is not worth an announcement. */
export function announce({ stage }: Progress): string {
  return stage === undefined ? `${t().progress.loadingModel}.` : t().progress.begins[stage];
}
