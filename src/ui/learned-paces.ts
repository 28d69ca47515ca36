import { effect, type Signal } from "@preact/signals-core";
import type { Pace, Paces } from "../gallery/pace.ts";

const KEY = "paces";

/** The paces this device has shown in earlier visits; none where the browser stores nothing. */
export function storedPaces(): Paces {
  try {
    const read: unknown = JSON.parse(localStorage.getItem(KEY) ?? "{}");
    if (typeof read !== "object" || read === null) return {};
    return Object.fromEntries(Object.entries(read).filter((entry): entry is [string, Pace] => isPace(entry[1])));
  } catch {
    return {};
  }
}

/** Stores them as they change. */
export function rememberPaces(paces: Signal<Paces>): void {
  effect(() => {
    const now = JSON.stringify(paces.value);
    try {
      localStorage.setItem(KEY, now);
    } catch {
      // For this visit.
    }
  });
}

function isPace(value: unknown): value is Pace {
  const { loading, perStep, steps } = (value ?? {}) as Partial<Pace>;
  return [loading, perStep, steps].every((number) => typeof number === "number" && Number.isFinite(number) && number >= 0);
}
