import { effect } from "@preact/signals-core";
import { get, set } from "idb-keyval";
import { EMPTY_FORM, type Form, formFrom } from "./form.ts";
import type { PageState } from "./state.ts";

const KEY = "form";

/** The form as it was left; empty where the browser stores nothing. */
export async function rememberedForm(): Promise<Form> {
  try {
    return formFrom(await get(KEY));
  } catch {
    return EMPTY_FORM; // a private window without storage
  }
}

/** Stores the form whenever it changes. A backend the address asked for is not the user's lasting choice: `keepBackend` is stored instead. */
export function rememberForm({ form }: PageState, keepBackend?: Form["backend"]): void {
  const fromAddress = form.value.backend;
  effect(() => {
    const now = form.value;
    const backend = now.backend === fromAddress ? (keepBackend ?? now.backend) : now.backend;
    set(KEY, { ...now, backend }).catch(() => {}); // a private window without storage: the page works as well
  });
}
