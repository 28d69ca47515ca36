import { CascadeError } from "../shared/errors.ts";
import type { LatentShapes } from "./geometry.ts";
import type { LatentState, RunState, Settings, WeightsRead } from "./types.ts";

/** What a state says of weights once steps follow that are drawn with them read as `now`, after those of an earlier run. */
export function weightsSince(resume: RunState | undefined, now: WeightsRead): Pick<RunState, "weights"> {
  const before = resume === undefined ? [] : (resume.weights ?? ["stored"]);
  const weights = before.at(-1) === now ? before : [...before, now];
  return weights.every((read) => read === "stored") ? {} : { weights };
}

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
