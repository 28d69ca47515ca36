import { basename, resolve } from "node:path";
import { type ByteSource, readText } from "../src/convert/byte-source.ts";
import { type ConvertEvent, type ConvertOptions, convert } from "../src/convert/convert.ts";
import { checkedFolder } from "../src/convert/output-folder.ts";
import { readSampling } from "../src/convert/sampling-defaults.ts";
import { UrlOpener } from "../src/convert/url-opener.ts";
import { CascadeError, messageOf } from "../src/shared/errors.ts";
import type { PartName, PrecisionName } from "../src/shared/manifest.ts";
import { parseOptions, runCommand } from "./command-line.ts";
import { directoryFolder, fileSource, sourcesAt } from "./node-files.ts";
import { type FoundSources, publishedSources, sourcesAmong } from "./sources.ts";

const USAGE = `Converts Stable Cascade's checkpoints (safetensors; official, diffusers or ComfyUI layout) to a folder of quantized ONNX.

  npm run convert -- --out DIR --precision q4|q8|f16|f32
      [--text-encoder FROM] [--stage-c FROM] [--stage-b FROM] [--stage-a FROM] [--previewer FROM]
      [--tokenizer FROM] [--sampling FILE.json] [--name NAME] [--shard-mb N] [--token TOKEN] [--plan]
  npm run convert -- --out DIR --precision … --from PATH [--from PATH …]
  npm run convert -- --out DIR --precision … --model lite|lite-c-full-b|full-c-lite-b|full [--base URL] --agree

  FROM        a file, a folder, the address of a file (a host that answers ranges), or of a hub's folder: https://HUB/ORG/NAME/tree/REVISION/FOLDER
  --from      files or folders whose parts are found by what is in them; the options above choose where several could be one
  --model     the published weights, from the hub or (--base) a mirror laid out like it; --agree says that you agree to their licence
  --token     for gated or private files of a hub; else the environment's HF_TOKEN is taken

  --sampling  {"stage_c": {"target": "epsilon"|"x0"|"v", "sampler": ..., "steps": ..., "guidance": ..., "shift": ..., "rescale": ...},
               "stage_b": {...}}; what it leaves out is as for the published weights
  --shard-mb  largest data file in MiB (default 1024)
  --plan      print which weights are kept higher, why, and what that costs

A ComfyUI all-in-one file may be given for several parts. Without all of text encoder, stages and tokenizer no cascade.json is written.`;

const PARTS: readonly PartName[] = ["text-encoder", "stage-c", "stage-b", "stage-a", "previewer"];
const PRECISIONS: readonly PrecisionName[] = ["q4", "q8", "f16", "f32"];
const text = { type: "string" } as const;

/** Runs the command; `report` gets lines for the user, `progress` a line that replaces the last. Rejects with CascadeError. */
export async function run(
  args: readonly string[],
  report: (line: string) => void,
  progress: (line: string) => void,
  signal?: AbortSignal,
): Promise<void> {
  const { values } = parseArguments(args);
  if (values.help || args.length === 0) {
    report(USAGE);
    return;
  }
  const { out } = values;
  const precision = PRECISIONS.find((name) => name === values.precision);
  if (out === undefined) throw new CascadeError("bad-settings", "Say where the model goes with --out DIR.");
  if (precision === undefined) {
    throw new CascadeError("bad-settings", `--precision must be one of ${PRECISIONS.join(", ")}, not ${values.precision ?? "left out"}.`);
  }
  const shardMiB = values["shard-mb"] === undefined ? undefined : Number(values["shard-mb"]);
  if (shardMiB !== undefined && !(Number.isInteger(shardMiB) && shardMiB > 0)) {
    throw new CascadeError("bad-settings", `--shard-mb must be a whole number of MiB, not ${values["shard-mb"]}.`);
  }
  const token = values.token ?? process.env.HF_TOKEN;
  const urls = new UrlOpener({ ...(signal && { signal }), ...(token && { token }) });
  const paths = new Map<string, Promise<ByteSource[]>>();
  const from = (path: string): Promise<ByteSource[]> => {
    const found = paths.get(path) ?? (/^https?:\/\//.test(path) ? urls.openAll(path) : sourcesAt(path));
    paths.set(path, found);
    return found;
  };
  const found = await foundSources(values, urls, signal);
  for (const note of found?.notes ?? []) report(`note: ${note}`);
  const parts: { [K in PartName]?: ConvertOptions["parts"][K] } = { ...found?.parts };
  for (const part of PARTS) {
    const path = values[part];
    if (path !== undefined) parts[part] = await from(path);
  }
  if (Object.keys(parts).length === 0) {
    throw new CascadeError(
      "bad-settings",
      `Nothing to convert: name files with --from, or at least one of ${PARTS.map((part) => `--${part}`).join(", ")}.`,
    );
  }
  const tokenizer = values.tokenizer === undefined ? found?.tokenizer : await from(values.tokenizer);
  const options: ConvertOptions = {
    name: values.name ?? found?.name ?? basename(resolve(out)),
    precision,
    parts,
    ...(tokenizer !== undefined && tokenizer.length > 0 && { tokenizer }),
    ...(values.sampling !== undefined && { sampling: readSampling(await readJson(values.sampling), basename(values.sampling)) }),
    ...(shardMiB !== undefined && { shardBytes: shardMiB * 2 ** 20 }),
  };

  const started = performance.now();
  const folder = checkedFolder(await directoryFolder(out), () => urls.check(signal));
  for await (const event of convert(options, folder, signal)) show(event, values.plan ?? false, report, progress);
  report(`${resolve(out)} is written (${((performance.now() - started) / 1000).toFixed(1)} s).`);
}

function parseArguments(args: readonly string[]) {
  return parseOptions({
    args,
    options: {
      out: text,
      precision: text,
      "text-encoder": text,
      "stage-c": text,
      "stage-b": text,
      "stage-a": text,
      previewer: text,
      tokenizer: text,
      from: { type: "string", multiple: true },
      model: text,
      base: text,
      agree: { type: "boolean" },
      sampling: text,
      name: text,
      "shard-mb": text,
      token: text,
      plan: { type: "boolean" },
      help: { type: "boolean", short: "h" },
    },
  });
}

/** The sources that are not named part by part. */
async function foundSources(
  { from, model, base, agree = false }: ReturnType<typeof parseArguments>["values"],
  urls: UrlOpener,
  signal?: AbortSignal,
): Promise<FoundSources | undefined> {
  if (from !== undefined && model !== undefined) throw new CascadeError("bad-settings", "Give --from or --model, not both.");
  if (model !== undefined) return publishedSources(model, base, agree, urls);
  return from && sourcesAmong(from, signal);
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readText(await fileSource(path), 2 ** 20));
  } catch (error) {
    throw new CascadeError("bad-settings", `${path} can't be read as JSON: ${messageOf(error).replaceAll(/\s+/g, " ")}.`, { cause: error });
  }
}

function show(event: ConvertEvent, plan: boolean, report: (line: string) => void, progress: (line: string) => void): void {
  const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
  if (event.type === "note") report(`note: ${event.message}`);
  else if (event.type === "progress") progress(`${event.part}: ${megabytes(event.written)} of ${megabytes(event.total)}`);
  else {
    report(`${event.part}: ${event.from}, ${megabytes(event.bytes)}`);
    for (const { rule, parameters, bytes } of plan ? event.costs : []) {
      report(`  ${rule.precision.padEnd(3)} ${parameters} parameters, ${megabytes(bytes)}: ${rule.why}`);
    }
  }
}

if (process.argv[1] === import.meta.filename) {
  await runCommand((args, { report, progress }, signal) => run(args, report, progress, signal));
}
