import { effect } from "@preact/signals-core";
import { get, set } from "idb-keyval";
import { type BackendChoice, EMPTY_FORM, type Form, formFrom } from "./form.ts";
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

/**
 * Stores the form whenever it changes. A backend the address asks for holds for this visit alone: what was `remembered` stays stored until
 * the user chooses another, which also takes it out of the address.
 */
export function rememberForm({ form }: PageState, asked: BackendChoice | undefined, remembered: BackendChoice): void {
  let borrowed = asked !== undefined;
  effect(() => {
    const now = form.value;
    if (borrowed && now.backend !== asked) {
      borrowed = false;
      const url = new URL(location.href);
      url.searchParams.delete("backend");
      history.replaceState(history.state, "", url);
    }
    void store(borrowed ? { ...now, backend: remembered } : now);
  });
}

async function store(form: Form): Promise<void> {
  try {
    await set(KEY, form); // throws at once where IndexedDB is forbidden
  } catch {
    // A private window without storage: the page works as well.
  }
}
