/** `words.json` of a model's folder: what a small model was taught. Optional; a model that reads any English has none. */
export interface ModelWords {
  readonly objects: readonly string[];
  readonly shapes: readonly string[];
  readonly colors: readonly string[];
  /** Of how many it draws: "two" … */
  readonly numbers: readonly string[];
  /** Prompts it draws well. */
  readonly examples: readonly string[];
}

const MOST = 500;
const LONGEST = 200;

/** What the text of a `words.json` says; lists that are missing or no lists of words are empty. `undefined` where it says nothing. */
export function parseModelWords(json: string): ModelWords | undefined {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  const given: Readonly<Record<string, unknown>> = { ...value };
  const list = (name: keyof ModelWords): string[] => {
    const words = given[name];
    if (!Array.isArray(words)) return [];
    return [...new Set(words.filter((word): word is string => typeof word === "string" && word !== "" && word.length <= LONGEST))].slice(
      0,
      MOST,
    );
  };
  const words: ModelWords = {
    objects: list("objects"),
    shapes: list("shapes"),
    colors: list("colors"),
    numbers: list("numbers"),
    examples: list("examples"),
  };
  return Object.values(words).some((each) => each.length > 0) ? words : undefined;
}
