import type { Settings, StageSettings, WeightsRead } from "../pipeline/types.ts";

/** Settings read from elsewhere: what was there. */
export type PartialSettings = Partial<Omit<Settings, "stageC" | "stageB">> & {
  readonly stageC?: Partial<StageSettings>;
  readonly stageB?: Partial<StageSettings>;
};

/** Settings that a picture carried. */
export interface Restored {
  /** The tool that wrote them. */
  readonly source: "Cascade playground" | "A1111" | "ComfyUI" | "InvokeAI";
  readonly settings: PartialSettings;
  /** What it carried besides and can't be had here, each a few words: "sampler Euler a". */
  readonly left: readonly string[];
  /** What the model's weights were read at, where it was not as they are stored; nor can that be had by a setting. */
  readonly weights?: readonly WeightsRead[];
}

/** Torch's CPU generator reads 32 bits of a seed. */
export const MAX_SEED = 2 ** 32 - 1;

/** A seed of another tool; those have up to 64 bits, which can't be used here and go to `left`. */
export function readSeed(value: unknown, left: string[]): { seed?: number } {
  if (value === undefined || value === null) return {};
  const seed = typeof value === "string" ? Number(value) : value;
  if (typeof seed === "number" && Number.isInteger(seed) && seed >= 0 && seed <= MAX_SEED) return { seed };
  left.push(`seed ${String(value)} (seeds here go from 0 to ${MAX_SEED})`);
  return {};
}

/** `{ [name]: value }` where it is a finite number, else nothing. */
export function numberAs<K extends string>(name: K, value: unknown): { [P in K]?: number } {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return (typeof number === "number" && Number.isFinite(number) ? { [name]: number } : {}) as { [P in K]?: number };
}

/** `{ [name]: value }` where it is a text, else nothing. */
export function textAs<K extends string>(name: K, value: unknown): { [P in K]?: string } {
  return (typeof value === "string" ? { [name]: value } : {}) as { [P in K]?: string };
}

/** A plain object, or an empty one. */
export function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
}
