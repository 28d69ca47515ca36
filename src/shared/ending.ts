/**
 * Something that may end with an error while work waits on it: a worker, a graphics device. Unlike `Promise.race` with one promise that lives as long as
 * the thing itself, work that has settled is forgotten, and its result (a picture, tensors) with it.
 */
export class Ending {
  private error: Error | undefined;
  private readonly waiting = new Set<(error: Error) => void>();

  /** What it ended with, if it did. */
  get reason(): Error | undefined {
    return this.error;
  }

  /** Rejects all work that waits, and all that comes. The first error counts. */
  end(error: Error): void {
    if (this.error !== undefined) return;
    this.error = error;
    for (const reject of this.waiting) reject(error);
    this.waiting.clear();
  }

  /** The result of `work`, or the error this ended with. Once it has ended, `work` is not begun. */
  async orEnd<T>(work: () => Promise<T>): Promise<T> {
    if (this.error !== undefined) throw this.error;
    return await new Promise((resolve, reject) => {
      this.waiting.add(reject);
      work()
        .then(resolve, reject)
        .finally(() => this.waiting.delete(reject));
    });
  }
}
