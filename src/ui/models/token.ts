import { signal } from "@preact/signals-core";

const KEY = "model-host-token";

const token = signal(stored());

/** The access token for model hosts; "" where none was entered. */
export const knownToken = (): string => token.value;

/** Whether it outlasts this visit. */
export const isRemembered = (): boolean => stored() !== "";

/** Takes a token for this visit, and where `remember` says so for later ones. */
export function takeToken(value: string, remember: boolean): void {
  token.value = value.trim();
  try {
    if (remember && token.value !== "") localStorage.setItem(KEY, token.value);
    else localStorage.removeItem(KEY);
  } catch {
    // A private window without storage: for this visit.
  }
}

function stored(): string {
  try {
    return localStorage.getItem(KEY) ?? "";
  } catch {
    return "";
  }
}
