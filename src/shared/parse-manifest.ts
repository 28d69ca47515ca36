import { BESIDE } from "./beside.ts";
import { CascadeError, messageOf } from "./errors.ts";
import type { CascadeManifest, FileEntry, Part, PartName, PrecisionName, SamplerName, SamplingDefaults, Target } from "./manifest.ts";

const PARTS: readonly PartName[] = ["text-encoder", "stage-c", "stage-b", "stage-a", "previewer"];
const PRECISIONS: readonly PrecisionName[] = ["q4", "q8", "f16", "f32"];
const TARGETS: readonly Target[] = ["epsilon", "x0", "v"];
const SAMPLERS: readonly SamplerName[] = ["ddpm-wuerstchen", "ddpm", "ddim", "lcm"];

/** Larger than any part of the cascade at float32 (14.4 GB), and nothing a number or an allocation could overflow on. */
const MAX_FILE_BYTES = 2 ** 36;
const MAX_FILES = 256;
/** What the browser's storage keeps beside a model's files (src/storage): a model with files of these names would be read for it. */
const RESERVED: ReadonlySet<string> = new Set(["cascade.json", ...Object.values(BESIDE)]);

/**
 * Checks the text of a `cascade.json`. File names can't leave the folder, sizes are bounded before anything is allocated.
 * Throws `bad-model` with a sentence that names the field.
 */
export function parseManifest(json: string): CascadeManifest {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw new CascadeError("bad-model", `cascade.json is not JSON: ${messageOf(error)}.`, { cause: error });
  }
  const root = object(value, "cascade.json");
  if (root.format !== "cascade-onnx") return refuse("cascade.json: format", 'is not "cascade-onnx": this is not a converted model');
  if (root.version !== 1) return refuse("cascade.json: version", `is ${JSON.stringify(root.version)}; this program reads version 1`);

  const parts = object(root.parts, "cascade.json: parts");
  for (const key of Object.keys(parts)) oneOf(PARTS, key, "cascade.json: a name in parts");
  const part = (name: PartName): Part => parsePart(parts[name], `cascade.json: parts.${name}`);
  const tokenizer = object(root.tokenizer, "cascade.json: tokenizer");
  const latents = object(root.latents, "cascade.json: latents");
  const latentC = object(latents.stage_c, "cascade.json: latents.stage_c");
  const latentB = object(latents.stage_b, "cascade.json: latents.stage_b");
  const sampling = object(root.sampling, "cascade.json: sampling");

  const manifest: CascadeManifest = {
    format: "cascade-onnx",
    version: 1,
    name: text(root.name, "cascade.json: name"),
    precision: oneOf(PRECISIONS, root.precision, "cascade.json: precision"),
    parts: {
      "text-encoder": part("text-encoder"),
      "stage-c": part("stage-c"),
      "stage-b": part("stage-b"),
      "stage-a": part("stage-a"),
      ...(parts.previewer !== undefined && { previewer: part("previewer") }),
    },
    tokenizer: {
      files: files(tokenizer.files, "cascade.json: tokenizer.files"),
      max_length: integer(tokenizer.max_length, "cascade.json: tokenizer.max_length", 3, 4096),
    },
    latents: {
      stage_c: {
        channels: integer(latentC.channels, "cascade.json: latents.stage_c.channels", 1, 1024),
        compression: number(latentC.compression, "cascade.json: latents.stage_c.compression", 1, 1024),
      },
      stage_b: {
        channels: integer(latentB.channels, "cascade.json: latents.stage_b.channels", 1, 1024),
        per_stage_c: number(latentB.per_stage_c, "cascade.json: latents.stage_b.per_stage_c", 0.01, 1024),
      },
      granularity: integer(latents.granularity, "cascade.json: latents.granularity", 1, 4096),
    },
    sampling: {
      stage_c: parseSampling(sampling.stage_c, "cascade.json: sampling.stage_c"),
      stage_b: parseSampling(sampling.stage_b, "cascade.json: sampling.stage_b"),
    },
  };
  // Some file systems take "A" and "a" for one file.
  const names = filesOf(manifest).map(({ file }) => file.toLowerCase());
  const reserved = names.find((name) => RESERVED.has(name));
  if (reserved !== undefined) return refuse("cascade.json: parts", `name the file "${reserved}", which is kept for something else`);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  return twice === undefined ? manifest : refuse("cascade.json: parts", `name the file "${twice}" twice`);
}

/** Every file a manifest names. */
export function filesOf({ parts, tokenizer }: Pick<CascadeManifest, "parts" | "tokenizer">): readonly FileEntry[] {
  return [...Object.values(parts).flatMap((part) => [part.graph, ...part.data]), ...tokenizer.files];
}

function parsePart(value: unknown, where: string): Part {
  const part = object(value, where);
  const precision = object(part.precision, `${where}.precision`);
  return {
    graph: file(part.graph, `${where}.graph`),
    data: files(part.data, `${where}.data`),
    config: object(part.config, `${where}.config`),
    parameters: integer(part.parameters, `${where}.parameters`, 0, Number.MAX_SAFE_INTEGER),
    precision: Object.fromEntries(
      Object.entries(precision).map(([name, count]) => [name, integer(count, `${where}.precision.${name}`, 0, Number.MAX_SAFE_INTEGER)]),
    ),
  };
}

/** Checks one stage's sampling defaults, also those a converter is given; `where` begins its messages. Throws `bad-model`. */
export function parseSampling(value: unknown, where: string): SamplingDefaults {
  const sampling = object(value, where);
  return {
    target: oneOf(TARGETS, sampling.target, `${where}.target`),
    sampler: oneOf(SAMPLERS, sampling.sampler, `${where}.sampler`),
    steps: integer(sampling.steps, `${where}.steps`, 1, 1000),
    guidance: number(sampling.guidance, `${where}.guidance`, 0, 100),
    shift: number(sampling.shift, `${where}.shift`, 0.01, 100),
    guidance_rescale: number(sampling.guidance_rescale, `${where}.guidance_rescale`, 0, 1),
  };
}

function files(value: unknown, where: string): readonly FileEntry[] {
  if (!Array.isArray(value) || value.length > MAX_FILES) return refuse(where, `is not a list of at most ${MAX_FILES} files`);
  return value.map((entry, i) => file(entry, `${where}[${i}]`));
}

function file(value: unknown, where: string): FileEntry {
  const entry = object(value, where);
  const name = text(entry.file, `${where}.file`);
  // Plain names only: no separators, no "..", nothing hidden, no Windows drive or stream.
  if (!/^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/.test(name) || name.includes("..")) {
    return refuse(`${where}.file`, `is ${JSON.stringify(name)}, which is not a plain file name`);
  }
  const sha256 = text(entry.sha256, `${where}.sha256`);
  if (!/^[0-9a-f]{64}$/.test(sha256)) return refuse(`${where}.sha256`, "is not 64 lower-case hex digits");
  return { file: name, size: integer(entry.size, `${where}.size`, 0, MAX_FILE_BYTES), sha256 };
}

function refuse(where: string, what: string): never {
  throw new CascadeError("bad-model", `${where} ${what}.`);
}

function object(value: unknown, where: string): Readonly<Record<string, unknown>> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  return refuse(where, value === undefined ? "is missing" : "is not an object");
}

function text(value: unknown, where: string): string {
  if (typeof value === "string" && value.length > 0 && value.length <= 256) return value;
  return refuse(where, value === undefined ? "is missing" : "is not a text of 1 to 256 characters");
}

function number(value: unknown, where: string, least: number, most: number): number {
  if (typeof value === "number" && value >= least && value <= most) return value;
  return refuse(where, value === undefined ? "is missing" : `is ${JSON.stringify(value)}, not a number from ${least} to ${most}`);
}

function integer(value: unknown, where: string, least: number, most: number): number {
  const checked = number(value, where, least, most);
  return Number.isInteger(checked) ? checked : refuse(where, `is ${checked}, not a whole number`);
}

function oneOf<T extends string>(known: readonly T[], value: unknown, where: string): T {
  return known.find((item) => item === value) ?? refuse(where, `is ${JSON.stringify(value)}, not one of ${known.join(", ")}`);
}
