import type { StageTime, Standing } from "../gallery/pace.ts";
import type { CascadeEvent, StageName } from "../pipeline/types.ts";

/** Measures the stages of one run by its events; `now` in seconds. */
export class Stopwatch {
  private stage: StageName | undefined;
  private loading = true;
  private loadingSince: number;
  private runningSince: number;
  private lastStep: number;
  private step = 0;
  private counted = 0;
  private loadingSeconds = 0;

  constructor(private readonly now: () => number = () => performance.now() / 1000) {
    this.loadingSince = this.runningSince = this.lastStep = this.now();
  }

  /** Takes an event in; gives the stage's times as it ends. */
  take(event: CascadeEvent): StageTime | undefined {
    const at = this.now();
    if (event.type === "step") {
      this.step = event.step;
      this.counted++;
      this.lastStep = at;
      return undefined;
    }
    if (event.type !== "stage") return undefined;
    if (event.stage !== this.stage) {
      this.stage = event.stage;
      this.step = this.counted = this.loadingSeconds = 0;
      this.loadingSince = at;
    }
    this.loading = event.state === "loading";
    if (event.state === "loading") this.loadingSince = at;
    if (event.state === "running") {
      this.loadingSeconds = at - this.loadingSince;
      this.runningSince = at;
    }
    this.lastStep = at;
    if (event.state !== "done") return undefined;
    // The text encoder has no steps of its own.
    const steps = event.stage === "text-encoder" ? 1 : this.counted;
    return { stage: event.stage, loading: this.loadingSeconds, seconds: event.seconds, steps };
  }

  /** Where the run stands just now. */
  standing(): Standing {
    const perStep = this.counted >= 2 ? (this.lastStep - this.runningSince) / this.counted : undefined;
    const since = this.now() - (this.loading ? this.loadingSince : this.lastStep);
    return { stage: this.stage, loading: this.loading, step: this.step, since, ...(perStep !== undefined && { perStep }) };
  }
}
