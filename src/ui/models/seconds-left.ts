import { effect, type ReadonlySignal, signal } from "@preact/signals-core";

/** Whole seconds until a moment (milliseconds since 1970), counted down; 0 without one, and after it. */
export function secondsLeft(until: () => number | undefined): ReadonlySignal<number> {
  const left = signal(0);
  let timer: ReturnType<typeof setTimeout> | undefined;
  effect(() => {
    const moment = until();
    clearTimeout(timer);
    const count = (): void => {
      left.value = moment === undefined ? 0 : Math.max(0, Math.ceil((moment - Date.now()) / 1000));
      if (left.peek() > 0) timer = setTimeout(count, 1000);
    };
    count();
  });
  return left;
}
