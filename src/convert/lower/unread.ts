/** Bytes that may wait to be read: as much as one large matrix takes while it is quantized. */
const MOST = 2 ** 27;

/**
 * Bytes that are made several at a time and asked for one by one. onnxruntime-web asks for initializers in no order, for a matrix's values long before or after
 * its scales: what was not read yet waits here, so that most matrices are quantized once. At most `most` bytes wait besides those made last; the longest are
 * dropped first, and made again. Makes one at a time.
 */
export class Unread {
  private readonly waiting = new Map<string, Uint8Array<ArrayBuffer>>();
  private queue: Promise<unknown> = Promise.resolve();

  constructor(private readonly most = MOST) {}

  /** Bytes `begin` to `end` of what has this name; with its last byte it is read. `make` gives it, and what is made with it. */
  async read(name: string, begin: number, end: number, make: () => Promise<Made>): Promise<Uint8Array<ArrayBuffer>> {
    const turn = this.queue.then(() => this.waiting.get(name) ?? this.keep(make).then((made) => made.get(name)));
    this.queue = turn.then(
      () => {},
      () => {},
    );
    const bytes = await turn;
    if (bytes === undefined) throw new Error(`${name} was not made`);
    if (end === bytes.length) this.waiting.delete(name);
    // A copy: a part of it would keep all of it in memory.
    return bytes.slice(begin, end);
  }

  private async keep(make: () => Promise<Made>): Promise<Made> {
    this.drop();
    const made = await make();
    for (const [name, bytes] of made) this.waiting.set(name, bytes);
    return made;
  }

  /** Values before scales: to make either again takes as long, and values are eight or sixteen times as many bytes. */
  private drop(): void {
    let held = [...this.waiting.values()].reduce((sum, { length }) => sum + length, 0);
    for (const [name, { length }] of [...this.waiting].sort(([, a], [, b]) => b.length - a.length)) {
      if (held <= this.most) break;
      this.waiting.delete(name);
      held -= length;
    }
  }
}

/** Bytes by name. */
export type Made = ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
