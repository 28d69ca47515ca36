import { batch } from "@preact/signals-core";
import type { CascadeClient } from "../client/cascade-client.ts";
import { learned, type StageTime, secondsLeft } from "../gallery/pace.ts";
import type { CascadeEvent } from "../pipeline/types.ts";
import { withSettings } from "../png/settings-png.ts";
import { orAborted } from "../shared/or-aborted.ts";
import { settingsOf } from "./form.ts";
import { measureMemory } from "./measure-memory.ts";
import { modelLabel } from "./model-label.ts";
import { planOf } from "./plan.ts";
import { encodePng } from "./png.ts";
import { advance, announce, NOT_STARTED } from "./progress.ts";
import type { Job, PageState, Picture } from "./state.ts";
import { Stopwatch } from "./stopwatch.ts";
import type { UnfinishedRun } from "./unfinished.ts";

/** The engine a job is drawn by, and where its steps are kept. */
export interface Easel {
  readonly cascade: CascadeClient;
  readonly modelUrl: string;
  readonly unfinished: UnfinishedRun;
}

/** How often the clock is set. */
const TICK_MS = 500;

/** Draws one job, showing how it goes on; rejects as the engine does. */
export async function drawJob(
  state: PageState,
  job: Job,
  { cascade, modelUrl, unfinished }: Easel,
  signal: AbortSignal,
): Promise<Omit<Picture, "url">> {
  const started = performance.now();
  const info = await orAborted(cascade.load(), signal);
  const settings = job.settings ?? settingsOf({ ...job.form, seed: String(job.seed) }, info);
  const plan = planOf(info, settings);
  const watch = new Stopwatch();
  const stages: StageTime[] = [];
  let weights = job.resume?.weights;
  const seconds = () => (performance.now() - started) / 1000;
  batch(() => {
    state.model.value = info;
    state.run.value = { progress: NOT_STARTED, settings };
  });

  const measured = async (time: StageTime): Promise<void> => {
    const at = stages.push(time) - 1;
    // A run that was taken up, or that went on in another way, has no pace to learn from.
    if (job.resume === undefined) state.paces.value = learned(state.paces.value, plan, time);
    const memory = await measureMemory();
    const picture = state.picture.value;
    if (memory === undefined) return;
    stages[at] = { ...time, memory };
    // It comes when the browser next tidies up, which may be after the picture.
    if (picture?.stages === stages) state.picture.value = { ...picture };
  };
  const onEvent = (event: CascadeEvent): void => {
    const run = state.run.value;
    if (run === undefined) return;
    const time = watch.take(event);
    if (time !== undefined) void measured(time);
    if (event.type === "preview") state.paint.value = { kind: "preview", image: event.image };
    if (event.type === "tile") state.paint.value = { kind: "tile", x: event.x, y: event.y, image: event.image };
    if (event.type === "note") state.notes.value = [...state.notes.value, event.message];
    if (event.type === "checkpoint") {
      weights = event.state.weights;
      const checkpoint = { settings, modelUrl, state: event.state };
      unfinished.keep(checkpoint);
      state.unfinished.value = checkpoint;
    }
    const progress = advance(run.progress, event);
    if (progress === run.progress) return;
    if (progress.stage !== run.progress.stage) state.announcement.value = announce(progress);
    state.run.value = { ...run, progress };
  };
  const setClock = (): void => {
    state.clock.value = { seconds: seconds(), left: secondsLeft(state.paces.value, plan, watch.standing()) };
  };
  setClock();
  const ticking = setInterval(setClock, TICK_MS);
  try {
    const pixels = await cascade.generate(settings, { signal, onEvent, resume: job.resume });
    const by = { model: modelLabel(info), ...(weights !== undefined && { weights }) };
    const blob = await withSettings(await encodePng(pixels), settings, by);
    return { settings, blob, ...by, seconds: seconds(), stages };
  } finally {
    clearInterval(ticking);
  }
}
