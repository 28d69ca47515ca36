import { afterEach, expect, test, vi } from "vitest";
import { PLANS } from "../../convert/plan.ts";
import { describePrompt } from "../../pipeline/describe-prompt.ts";
import { promptNotes } from "../../pipeline/prompt-notes.ts";
import type { Settings } from "../../pipeline/types.ts";
import { chooseBackend } from "../../runtime/device.ts";
import type { ClipTokenizer } from "../../tokenizer/clip-tokenizer.ts";
import { problemOf } from "../problem-of.ts";
import { de } from "./de.ts";
import { en } from "./en.ts";
import { LANGUAGES, language, startLanguage, t } from "./language.ts";
import { told } from "./told.ts";

afterEach(() => {
  vi.unstubAllGlobals();
  startLanguage([]);
});

test.each([
  [["de-AT", "en"], "de"],
  [["fr", "de"], "de"],
  [["en-GB", "de"], "en"],
  [["fr-CA"], "en"],
  [["toString"], "en"],
  [[], "en"],
] as const)("of the languages %j the page takes %s", (asked, taken) => {
  startLanguage(asked);
  expect(language()).toBe(taken);
  expect(t()).toBe(LANGUAGES[taken]);
});

/** Every text of a language by its path; what a function makes of sample values counts as its text. */
function texts(strings: object, path = ""): Map<string, string> {
  const found = new Map<string, string>();
  for (const [key, value] of Object.entries(strings)) {
    const at = `${path}.${key}`;
    if (typeof value === "string") found.set(at, value);
    else if (typeof value === "object" && value !== null && !at.startsWith(".app."))
      for (const each of texts(value, at)) found.set(...each);
  }
  return found;
}

/** Every path of a language, sentences and functions alike. */
function paths(strings: object, path = ""): string[] {
  return Object.entries(strings).flatMap(([key, value]) => {
    const at = `${path}.${key}`;
    return typeof value === "object" && value !== null && !at.startsWith(".app.") ? paths(value, at) : [at];
  });
}

test.each(Object.entries(LANGUAGES))("%s has all that English has, and nothing else", (_, strings) => {
  expect(paths(strings).sort()).toEqual(paths(en).sort());
});

test("the engine's sentences are told in the page's language", async () => {
  vi.stubGlobal("navigator", {});
  const asked = { prompt: "a {cat} ".repeat(20), negativePrompt: "{cat}" } as Settings;
  const read = { text: "cat", segments: [{ text: "cat", weight: 1 }] };
  const tokenizer = { maxLength: 77, encodeSegments: () => ({ length: 90, leftOut: "cat" }) } as unknown as ClipTokenizer;
  const notes = [...promptNotes(tokenizer, asked, { prompt: read, negativePrompt: read })];
  const sentences = [
    (await chooseBackend("wasm")).reason,
    (await chooseBackend("auto")).reason,
    ...notes.map((note) => (note.type === "note" ? note.message : "")),
  ];
  expect(sentences).toHaveLength(6);
  startLanguage(["de"]);
  expect(sentences.map(told)).toEqual([
    "WebAssembly auf dem Prozessor, wie gewählt.",
    "Dieser Browser hat kein WebGPU, also zeichnet der Prozessor, mit WebAssembly.",
    "Der Prompt wurde gelesen als „cat“.",
    "Der Prompt hat 88 Tokens; der Text-Encoder liest die ersten 75. Ausgelassen: „cat“.",
    "Der negative Prompt wurde gelesen als „cat“.",
    "Der negative Prompt hat 88 Tokens; der Text-Encoder liest die ersten 75. Ausgelassen: „cat“.",
  ]);
  startLanguage(["en"]);
  expect(sentences.map(told)).toEqual(sentences);
});

test("a prompt too long to be drawn is told in the page's language", () => {
  const tokenizer = {} as ClipTokenizer;
  const problem = (): string => {
    try {
      describePrompt(tokenizer, "a cat ".repeat(200_000));
      return "";
    } catch (error) {
      return problemOf(error).message;
    }
  };
  expect(problem()).toBe("The prompt has 1200000 characters, more than 20000: shorten it.");
  startLanguage(["de"]);
  expect(problem()).toBe("Der Prompt hat 1200000 Zeichen, mehr als 20000: Kürzen Sie ihn.");
});

test("each reason of the converter's plans has German words", () => {
  const reasons = new Set(Object.values(PLANS).flatMap((rules) => rules.map(({ why }) => why)));
  startLanguage(["de"]);
  for (const why of reasons) expect(told(why), why).not.toBe(why);
});

test("a failure of a model's work is told in the page's language, with the engine's own sentence", () => {
  expect(en.models.problem("storage-full", "No room.")).toBe("No room.");
  expect(de.models.problem("storage-full", "No room.")).toMatch(/^Der Platz reicht nicht: .+ \(No room\.\)$/);
  expect(de.models.problem("aborted", "Cancelled.")).toBe("Cancelled.");
});

test("German says nothing with no words, and leaves hardly anything in English", () => {
  const german = texts(de);
  const same = [...texts(en)].filter(([path, text]) => german.get(path) === text).map(([path]) => path);
  expect([...german].filter(([, text]) => text.trim() === "")).toEqual([]);
  // Names that both languages write alike: Prompt, Seed, WebGPU …
  expect(same.length).toBeLessThan(german.size / 8);
});
