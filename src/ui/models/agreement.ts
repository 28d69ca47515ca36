import { signal } from "@preact/signals-core";
import { get, set } from "idb-keyval";

const KEY = "licences";

/** When each licence was agreed to, by its name; milliseconds since 1970. */
const agreements = signal<Readonly<Record<string, number>>>({});

/** When a licence was agreed to; undefined: not yet. */
export const agreedAt = (licence: string): number | undefined => agreements.value[licence];

/** Reads what was agreed to in earlier visits. */
export async function readAgreements(): Promise<void> {
  try {
    const stored: unknown = await get(KEY);
    if (typeof stored !== "object" || stored === null) return;
    const dates = Object.entries(stored).filter((entry): entry is [string, number] => Number.isFinite(entry[1]));
    agreements.value = { ...Object.fromEntries(dates), ...agreements.value };
  } catch {
    // A private window without storage: asked again each visit.
  }
}

/** Remembers that a licence was agreed to just now. */
export async function agree(licence: string): Promise<void> {
  agreements.value = { ...agreements.value, [licence]: Date.now() };
  try {
    await set(KEY, agreements.value);
  } catch {
    // For this visit.
  }
}
