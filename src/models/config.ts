import { CascadeError } from "../shared/errors.ts";

/** Reads the fields of a `config.json`, and says in one sentence which one is not what the network needs. */
export class ConfigReader {
  constructor(
    private readonly json: Readonly<Record<string, unknown>>,
    /** What the configuration is of, for messages, e.g. "prior/config.json". */
    private readonly source: string,
  ) {}

  number(field: string, fallback?: number): number {
    const value = this.json[field] ?? fallback;
    return typeof value === "number" && Number.isFinite(value) ? value : this.fail(field, "a number");
  }

  /** A number, or null where the part it sizes is absent. */
  optional(field: string): number | null {
    return this.json[field] === null || this.json[field] === undefined ? null : this.number(field);
  }

  string(field: string, fallback?: string): string {
    const value = this.json[field] ?? fallback;
    return typeof value === "string" ? value : this.fail(field, "a text");
  }

  /** One number a level. */
  numbers(field: string, levels: number): number[] {
    return this.list(field, (item) => typeof item === "number", `a list of ${levels} numbers`, levels);
  }

  /** One boolean a level, or a single one for all. */
  booleans(field: string, levels: number, fallback?: boolean): boolean[] {
    const value = this.json[field] ?? fallback;
    if (typeof value === "boolean") return Array.from({ length: levels }, () => value);
    return this.list(field, (item) => typeof item === "boolean", `a list of ${levels} booleans`, levels);
  }

  list<T>(field: string, is: (item: unknown) => item is T, what: string, length?: number): T[] {
    const value = this.json[field];
    const fits = Array.isArray(value) && value.every(is) && (length === undefined || value.length === length);
    return fits ? value : this.fail(field, what);
  }

  has(field: string): boolean {
    return this.json[field] !== undefined && this.json[field] !== null;
  }

  fail(field: string, what: string): never {
    throw new CascadeError("bad-checkpoint", `${this.source}: "${field}" is ${JSON.stringify(this.json[field])}, but must be ${what}.`);
  }
}
