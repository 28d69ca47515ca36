import { CascadeError } from "../shared/errors.ts";
import type { LatentShapes } from "./geometry.ts";
import type { LatentState, RunState, Settings } from "./types.ts";

/** Throws `bad-settings` where a kept state can't be one of a run of these settings; that it is of the same prompt and model is the caller's word. */
export function checkResume(resume: RunState | undefined, { stageC, stageB }: Settings, shapes: LatentShapes): void {
  if (resume === undefined) return;
  const fits = ({ step, latent: { data, dims } }: LatentState, steps: number, shape: readonly number[]): boolean =>
    Number.isInteger(step) &&
    step >= 1 &&
    step <= steps &&
    dims.join() === shape.join() &&
    data.length === shape.reduce((product, dim) => product * dim, 1);
  const sound =
    fits(resume.stageC, stageC.steps, shapes.stageC) &&
    (resume.stageB === undefined || (resume.stageC.step === stageC.steps && fits(resume.stageB, stageB.steps, shapes.stageB)));
  if (!sound) throw new CascadeError("bad-settings", "What was kept of the run is of other settings: generate the picture anew.");
}
