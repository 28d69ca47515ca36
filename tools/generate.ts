import { readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { encode as encodePng } from "fast-png";
import type { Cascade } from "../src/pipeline/cascade.ts";
import { openCascade } from "../src/pipeline/open-cascade.ts";
import { checkSettings, defaultSettings } from "../src/pipeline/settings.ts";
import { textToImage } from "../src/pipeline/text-to-image.ts";
import type { CascadeEvent, Pixels, Settings } from "../src/pipeline/types.ts";
import { Engine } from "../src/runtime/engine.ts";
import { nodeFolder } from "../src/runtime/node-folder.ts";
import { loadOrtForNode } from "../src/runtime/ort-node.ts";
import { CascadeError, messageOf } from "../src/shared/errors.ts";
import type { CascadeManifest, SamplerName } from "../src/shared/manifest.ts";
import type { Tensor } from "../src/shared/tensor.ts";
import { MOST_THREADS, threadsFor } from "../src/shared/threads.ts";
import { parseOptions, runCommand, type Terminal } from "./command-line.ts";
import { writeSafetensors } from "./write-safetensors.ts";

/** Each thread is a worker with a stack of its own in the runtime's memory. */
const THREAD_LIMIT = 64;

const USAGE = `Makes pictures from prompts, without a browser: the page's pipeline on its WebAssembly backend.

  npm run generate -- "PROMPT" --out FILE.png
      [--model DIR] [--seed N] [--negative TEXT] [--width W] [--height H]
      [--prior-steps N] [--decoder-steps N] [--prior-guidance X] [--decoder-guidance X]
      [--sampler ddpm-wuerstchen|ddpm|ddim|lcm] [--save-latents FILE.safetensors]
      [--threads N]
  npm run generate -- --batch FILE.jsonl [the options above, for every line]

  --model         a folder with a cascade.json (default: the embedded model)
  --prior-*       Stage C; --decoder-*: Stage B; what is left out is the model's own default
  --save-latents  results of Stage C and Stage B as stage_c and stage_b
  --threads       of the processor (default: as many as it runs at once, at most ${MOST_THREADS})
  --batch         a JSON object a line, {"prompt": ..., "out": ..., "seed": ..., ...} with the options' names; the model is loaded once`;

const EMBEDDED = join(import.meta.dirname, "../public/models/mini");
const SAMPLERS: readonly SamplerName[] = ["ddpm-wuerstchen", "ddpm", "ddim", "lcm"];
/** What may be said of one picture, on the command line and in a line of a batch. */
const PICTURE_OPTIONS = [
  "prompt",
  "out",
  "seed",
  "negative",
  "width",
  "height",
  "prior-steps",
  "decoder-steps",
  "prior-guidance",
  "decoder-guidance",
  "sampler",
  "save-latents",
] as const;

type Values = { readonly [K in (typeof PICTURE_OPTIONS)[number]]?: string | undefined };

/** A picture to make, and where it goes. */
interface Job {
  readonly settings: Settings;
  readonly out: string;
  readonly latents?: string | undefined;
}

/** Runs the command. Rejects with CascadeError for what the user can act on; every job is checked before the first picture is begun. */
export async function run(args: readonly string[], terminal: Terminal, signal?: AbortSignal): Promise<void> {
  const { model = EMBEDDED, batch, threads, help, ...values } = parseArguments(args);
  if (help || args.length === 0) return terminal.report(USAGE);
  const lines: readonly Values[] = batch === undefined ? [values] : (await readBatch(batch)).map((line) => ({ ...values, ...line }));

  const engine = Engine.onWasm(await loadOrtForNode(threadsOf(threads)));
  const cascade = await openCascade(engine, nodeFolder(model), { backend: "wasm", reason: "Node has no WebGPU." });
  try {
    const jobs = lines.map((line) => jobOf(line, cascade.manifest));
    for (const { out, latents } of jobs) await checkPlaces([out, latents]);
    for (const job of jobs) await generate(cascade, job, terminal, signal);
  } finally {
    await cascade.runtime.dispose();
  }
}

async function generate(cascade: Cascade, { settings, out, latents }: Job, terminal: Terminal, signal?: AbortSignal): Promise<void> {
  const started = performance.now();
  const results = new Map<string, Tensor>();
  for await (const event of textToImage(cascade, settings, { signal, previews: false })) {
    show(event, terminal);
    if (event.type === "latent") results.set(event.stage.replace("-", "_"), event.latent);
    if (event.type === "picture") await writeWhole(out, toPng(event.image));
  }
  if (latents !== undefined) await writeWhole(latents, writeSafetensors(Object.fromEntries(results)));
  terminal.report(`${out} is written (${((performance.now() - started) / 1000).toFixed(1)} s).`);
}

/** Without the alpha channel, which is opaque throughout. */
function toPng({ width, height, data }: Pixels): Uint8Array {
  return encodePng({ width, height, channels: 3, data: data.filter((_, i) => i % 4 !== 3) });
}

function show(event: CascadeEvent, { report, progress }: Terminal): void {
  if (event.type === "note") report(`note: ${event.message}`);
  else if (event.type === "step") progress(`${event.stage}: ${event.step} of ${event.steps}`);
  else if (event.type === "stage" && event.state === "loading") progress(`${event.stage}: loading`);
}

function parseArguments(args: readonly string[]) {
  const text = { type: "string" } as const;
  const [, ...named] = PICTURE_OPTIONS;
  const { values, positionals } = parseOptions({
    args,
    allowPositionals: true,
    options: {
      ...Object.fromEntries(named.map((name) => [name, text])),
      model: text,
      batch: text,
      threads: text,
      help: { type: "boolean", short: "h" },
    },
  });
  const [prompt, extra] = positionals;
  if (extra !== undefined) throw new CascadeError("bad-settings", `Put the prompt in quotes: "${extra}" stands outside of it.`);
  return { ...values, prompt };
}

function threadsOf(text: string | undefined): number {
  if (text === undefined) return threadsFor(availableParallelism());
  const threads = Number(text);
  if (Number.isInteger(threads) && threads >= 1 && threads <= THREAD_LIMIT) return threads;
  throw new CascadeError("bad-settings", `--threads must be a whole number from 1 to ${THREAD_LIMIT}, not "${text}".`);
}

async function readBatch(path: string): Promise<Values[]> {
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    throw new CascadeError("bad-settings", `The batch ${path} can't be read: ${messageOf(error)}.`, { cause: error });
  });
  return text.split(/\r?\n/).flatMap((line, i) => (line.trim() === "" ? [] : [parseLine(line, `${path}, line ${i + 1}`)]));
}

function parseLine(line: string, where: string): Values {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new CascadeError("bad-settings", `${where} is not JSON: ${messageOf(error)}.`, { cause: error });
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new CascadeError("bad-settings", `${where} is not an object.`);
  const entries = Object.entries(value);
  const unknown = entries.find(([key]) => !PICTURE_OPTIONS.some((name) => name === key));
  if (unknown) throw new CascadeError("bad-settings", `${where} has "${unknown[0]}"; known are ${PICTURE_OPTIONS.join(", ")}.`);
  return Object.fromEntries(entries.map(([key, item]) => [key, String(item)]));
}

function jobOf(values: Values, manifest: CascadeManifest): Job {
  const { prompt = "", out } = values;
  if (out === undefined) throw new CascadeError("bad-settings", "Say where the picture goes with --out FILE.png.");
  if (!out.toLowerCase().endsWith(".png"))
    throw new CascadeError("bad-settings", `The picture is a PNG: --out must end in .png, unlike ${out}.`);
  const sampler = values.sampler === undefined ? undefined : SAMPLERS.find((name) => name === values.sampler);
  if (values.sampler !== undefined && sampler === undefined) {
    throw new CascadeError("bad-settings", `--sampler must be one of ${SAMPLERS.join(", ")}, not ${values.sampler}.`);
  }
  const number = (name: keyof Values, fallback: number): number => {
    const text = values[name];
    if (text === undefined) return fallback;
    if (text.trim() !== "" && Number.isFinite(Number(text))) return Number(text);
    throw new CascadeError("bad-settings", `--${name} must be a number, not "${text}".`);
  };
  const defaults = defaultSettings(manifest, prompt);
  const settings: Settings = {
    prompt,
    negativePrompt: values.negative ?? "",
    width: number("width", defaults.width),
    height: number("height", defaults.height),
    seed: number("seed", defaults.seed),
    stageC: {
      steps: number("prior-steps", defaults.stageC.steps),
      guidance: number("prior-guidance", defaults.stageC.guidance),
      sampler: sampler ?? defaults.stageC.sampler,
    },
    stageB: {
      steps: number("decoder-steps", defaults.stageB.steps),
      guidance: number("decoder-guidance", defaults.stageB.guidance),
      sampler: sampler ?? defaults.stageB.sampler,
    },
  };
  checkSettings(settings, manifest);
  return { settings, out, latents: values["save-latents"] };
}

/** Refuses, before minutes are spent on a picture, what could not be written then. */
async function checkPlaces(files: readonly (string | undefined)[]): Promise<void> {
  for (const file of files) {
    if (file === undefined) continue;
    const folder = await stat(dirname(file)).catch(() => undefined);
    if (!folder?.isDirectory()) throw new CascadeError("bad-settings", `The folder of ${file} does not exist: make it first.`);
    if ((await stat(file).catch(() => undefined))?.isDirectory())
      throw new CascadeError("bad-settings", `${file} is a folder: name a file in it.`);
    const part = partOf(file);
    try {
      await writeFile(part, "");
      await rm(part);
    } catch (error) {
      throw new CascadeError("bad-settings", `${file} can't be written: ${messageOf(error)}.`, { cause: error });
    }
  }
}

function partOf(file: string): string {
  return `${file}.${process.pid}.part`;
}

/** Writes beside the file first: what bears its name is whole. */
async function writeWhole(file: string, bytes: Uint8Array): Promise<void> {
  const part = partOf(file);
  try {
    await writeFile(part, bytes);
    await rename(part, file);
  } catch (error) {
    await rm(part, { force: true });
    throw new CascadeError("storage-full", `${file} can't be written: ${messageOf(error)}.`, { cause: error });
  }
}

if (process.argv[1] === import.meta.filename) await runCommand(run);
