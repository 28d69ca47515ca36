import type { StageName } from "../pipeline/types.ts";
import { threadsFor } from "../shared/threads.ts";

/** What a stage took. */
export interface StageTime {
  readonly stage: StageName;
  /** Making its session. */
  readonly loading: number;
  /** Running, loading left out. */
  readonly seconds: number;
  /** Steps done, or tiles. */
  readonly steps: number;
  /** Bytes of the page and its workers as it ended, where the browser tells. */
  readonly memory?: number;
}

/** How fast a stage is here. */
export interface Pace {
  readonly loading: number;
  /** Seconds. */
  readonly perStep: number;
  /** How many it had; the next run's may be planned otherwise. */
  readonly steps: number;
}

/** Paces by what they depend on: see `paceKey`. */
export type Paces = Readonly<Record<string, Pace>>;

/** What is about to be done: steps of each stage; a stage without a number has as many as it had before. */
export interface Plan {
  /** Model and backend. */
  readonly where: string;
  readonly width: number;
  readonly height: number;
  readonly steps: Readonly<Partial<Record<StageName, number>>>;
  /** Stages that evaluate their network twice a step. */
  readonly guided: readonly StageName[];
}

export const STAGE_ORDER: readonly StageName[] = ["text-encoder", "stage-c", "stage-b", "stage-a"];

function paceKey({ where, width, height, guided }: Plan, stage: StageName): string {
  // The text encoder reads 77 tokens whatever the size is.
  const size = stage === "text-encoder" ? "" : `${width}x${height}${guided.includes(stage) ? " guided" : ""}`;
  return `${where} ${stage} ${size}`.trim();
}

/** How much of a new measurement is believed: machines change their speed, and other programs come and go. */
const NEW = 0.5;

/** The paces with one more stage measured. */
export function learned(paces: Paces, plan: Plan, { stage, loading, seconds, steps }: StageTime): Paces {
  if (steps === 0) return paces;
  const key = paceKey(plan, stage);
  const before = paces[key];
  const mean = (old: number | undefined, now: number) => (old === undefined ? now : old + NEW * (now - old));
  return {
    ...paces,
    [key]: { loading: mean(before?.loading, loading), perStep: mean(before?.perStep, seconds / steps), steps },
  };
}

/** Where a run stands, for what is left of it. */
export interface Standing {
  /** Absent: before the first stage. */
  readonly stage: StageName | undefined;
  readonly loading: boolean;
  readonly step: number;
  /** Seconds since the stage's last step, or its beginning. */
  readonly since: number;
  /** Seconds a step of this stage has taken in this very run, once there were two. */
  readonly perStep?: number;
}

/** Seconds until the picture is there; undefined where a stage to come was never measured at this size. */
export function secondsLeft(paces: Paces, plan: Plan, standing: Standing): number | undefined {
  const at = standing.stage === undefined ? -1 : STAGE_ORDER.indexOf(standing.stage);
  let left = 0;
  for (const [i, stage] of STAGE_ORDER.entries()) {
    if (i < at) continue;
    const pace = paces[paceKey(plan, stage)];
    const perStep = (i === at ? standing.perStep : undefined) ?? pace?.perStep;
    const steps = plan.steps[stage] ?? pace?.steps;
    if (perStep === undefined || steps === undefined) return undefined;
    if (i > at) left += (pace?.loading ?? 0) + perStep * steps;
    else left += Math.max(0, (standing.loading ? (pace?.loading ?? 0) : 0) + perStep * (steps - standing.step) - standing.since);
  }
  return left;
}

/** Seconds a whole picture takes; undefined where it was never made at this size. */
export function secondsOf(paces: Paces, plan: Plan): number | undefined {
  return secondsLeft(paces, plan, { stage: undefined, loading: true, step: 0, since: 0 });
}

/** The embedded model's work and a core's speed by WebAssembly, as docs/figures.md has them. */
const WORK = { parameters: 12.6e6, gigaflops: 53.6, steps: 23 };
const GIGAFLOPS_PER_CORE = 6;

/** Seconds that a picture may take on the processor, before one was ever made: right to a factor of about three. */
export function roughSeconds(parameters: number, { width, height, steps }: Plan, cores: number): number {
  const done = (steps["stage-c"] ?? 0) + (steps["stage-b"] ?? 0);
  const size = (width * height) / 2 ** 20;
  const work = WORK.gigaflops * (parameters / WORK.parameters) * size * Math.max(0.15, done / WORK.steps);
  return work / (GIGAFLOPS_PER_CORE * threadsFor(cores));
}
