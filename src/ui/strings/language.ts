import { computed, signal } from "@preact/signals-core";
import { de } from "./de.ts";
import { en, type Strings } from "./en.ts";

/** The page's languages by their BCP 47 tags. A new one: a file of its own beside these, and its line here. */
export const LANGUAGES = { en, de } as const satisfies Readonly<Record<string, Strings>>;

export type Language = keyof typeof LANGUAGES;

const KEY = "language";

const chosen = signal<Language>("en");
const strings = computed<Strings>(() => LANGUAGES[chosen.value]);

/** The strings of the language chosen: read inside an effect, or a function handed to `h`, the text follows the choice. */
export const t = (): Strings => strings.value;

/** The language that is shown. */
export const language = (): Language => chosen.value;

/** Takes the language chosen earlier, else the first one the browser asks for that there is, else English. */
export function startLanguage(asked: readonly string[] = navigator.languages): void {
  chosen.value = languageFrom(stored()) ?? asked.map((tag) => languageFrom(tag.split("-")[0])).find((name) => name !== undefined) ?? "en";
}

/** Shows another language from now on, and after a reload. */
export function chooseLanguage(name: Language): void {
  chosen.value = name;
  try {
    localStorage.setItem(KEY, name);
  } catch {
    // A private window without storage: for this visit.
  }
}

/** A language from a tag or whatever was stored. */
export function languageFrom(tag: string | null | undefined): Language | undefined {
  return tag !== null && tag !== undefined && Object.hasOwn(LANGUAGES, tag) ? (tag as Language) : undefined;
}

function stored(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}
