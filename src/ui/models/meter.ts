/** Seconds looked back on: long enough to be calm, short enough to notice a change. */
const WINDOW = 12;
/** Before this there is nothing to say. */
const LEAST = 1.5;

/** How fast something goes, from its last seconds. */
export class Meter {
  private readonly samples: { readonly at: number; readonly done: number }[] = [];

  /** `done` of something at a time in seconds; both only grow. */
  add(done: number, at: number): void {
    this.samples.push({ at, done });
    while (at - (this.samples[1]?.at ?? at) > WINDOW) this.samples.shift();
  }

  /** What is done in a second; undefined while too little is known. */
  rate(): number | undefined {
    const [first, last] = [this.samples[0], this.samples.at(-1)];
    if (first === undefined || last === undefined || last.at - first.at < LEAST || last.done === first.done) return undefined;
    return (last.done - first.done) / (last.at - first.at);
  }

  /** Seconds until `total` is done, at this rate. */
  left(total: number): number | undefined {
    const rate = this.rate();
    const done = this.samples.at(-1)?.done;
    return rate === undefined || done === undefined ? undefined : Math.max(0, total - done) / rate;
  }
}
