/** Milliseconds between two events of one kind. */
const PACE = 50;

/** An event that says how far something is. */
interface Step {
  readonly type?: string;
  readonly part?: string;
  readonly written?: number;
  readonly copied?: number;
  readonly checked?: number;
  readonly total?: number;
  readonly bytes?: number;
}

/**
 * Passes on what a page can show: of events that say how far something is, at most twenty a second of each kind, but the first and the last. Each costs a
 * message and an answer, which small weights take longer for than to be written.
 */
export function paced<E extends Step>(send: (event: E) => void | Promise<void>, now: () => number = () => performance.now()) {
  const last = new Map<string, number>();
  return async (event: E): Promise<void> => {
    const { type = "", part = "", total, written, copied, checked, bytes } = event;
    const at = written ?? copied ?? checked;
    // Parts and notes are not steps; a download has no end.
    if (at === undefined && (type !== "download" || bytes === undefined)) return send(event);
    const key = `${type} ${part}`;
    const time = now();
    if (at !== total || type === "download") {
      const before = last.get(key);
      if (before !== undefined && time - before < PACE) return;
    }
    last.set(key, time);
    return send(event);
  };
}
