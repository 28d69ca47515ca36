import { writeModel } from "../onnx/write.ts";
import type { CascadeManifest, FileEntry, Part, PartName, PrecisionName, RequiredPart } from "../shared/manifest.ts";
import { sizeOf } from "../shared/tensor.ts";
import { type ByteSource, throwIfAborted } from "./byte-source.ts";
import { precisionName } from "./encode.ts";
import { tensorsOf } from "./evaluate.ts";
import { latentGeometry } from "./granularity.ts";
import { createHashed } from "./hashed-file.ts";
import { PART_NAMES, PART_TITLES } from "./layouts.ts";
import { OutputFiles } from "./output-files.ts";
import type { OutputFolder } from "./output-folder.ts";
import type { RuleCost } from "./plan.ts";
import { type PreparedPart, preparePart } from "./prepare-part.ts";
import { PUBLISHED } from "./sampling-defaults.ts";
import { readTokenizer, type TokenizerFiles } from "./tokenizer-files.ts";
import { writeWeights } from "./write-weights.ts";

export interface ConvertOptions {
  /** What the model is called in lists. */
  readonly name: string;
  readonly precision: PrecisionName;
  /** For each part a folder's files, or one file and the json files beside it. An all-in-one file may stand for several parts. */
  readonly parts: { readonly [K in PartName]?: readonly ByteSource[] };
  /** The tokenizer folder's files. */
  readonly tokenizer?: readonly ByteSource[];
  readonly sampling?: CascadeManifest["sampling"];
  /** Largest data file. @default 1 GiB */
  readonly shardBytes?: number;
}

/** What a conversion tells while it goes on. */
export type ConvertEvent =
  /** A part is recognised and its graph built: what it takes and why, by the rules of the plan. */
  | { readonly type: "part"; readonly part: PartName; readonly from: string; readonly bytes: number; readonly costs: readonly RuleCost[] }
  /** Something that was assumed, or left out. */
  | { readonly type: "note"; readonly message: string }
  /** Bytes written of all there are to write. */
  | { readonly type: "progress"; readonly part: PartName; readonly written: number; readonly total: number };

const REQUIRED: readonly RequiredPart[] = ["text-encoder", "stage-c", "stage-b", "stage-a"];

/**
 * Converts checkpoints to a folder of ONNX files, streaming: memory is a small multiple of the largest tensor. Everything is checked before
 * the first byte is written, and on any failure or abort (or when the caller stops listening) nothing is left behind,
 * but what the folder's journal, where it has one, says is finished: the next conversion of the same sources goes on there, to the same bytes.
 * Returns the manifest; undefined where parts were left out, so that the folder is no whole model and has no cascade.json.
 */
export async function* convert(
  options: ConvertOptions,
  folder: OutputFolder,
  signal?: AbortSignal,
): AsyncGenerator<ConvertEvent, CascadeManifest | undefined> {
  let finished = false;
  try {
    const prepared: PreparedPart[] = [];
    for (const part of PART_NAMES) {
      const files = options.parts[part];
      if (files === undefined) continue;
      const one = await preparePart(part, files, options, signal);
      prepared.push(one);
      const { graph, checkpoint, layout, notes, plan } = one;
      yield {
        type: "part",
        part,
        from: `${checkpoint.name} (${checkpoint.layout} layout)`,
        bytes: layout.bytes,
        costs: plan.costs(graph.weights),
      };
      for (const message of notes) yield { type: "note", message };
    }
    const tokenizer = options.tokenizer && (await readTokenizer(options.tokenizer, signal));

    const total = prepared.reduce((sum, { layout }) => sum + layout.bytes, 0);
    await folder.journal?.expect(total);
    const files = new OutputFiles(folder);
    for await (const { part, written } of writeWeights(prepared, files, folder.journal, signal)) {
      yield { type: "progress", part, written, total };
    }
    const parts: { [K in PartName]?: Part } = {};
    for (const one of prepared) {
      const { part } = one.checkpoint;
      parts[part] = await writeGraph(one, folder, files);
      yield { type: "progress", part, written: total, total };
      throwIfAborted(signal);
    }
    const manifest = await writeManifest(options, prepared, parts, tokenizer, folder);
    if (typeof manifest === "string") yield { type: "note", message: manifest };
    throwIfAborted(signal);
    await folder.commit();
    finished = true;
    return typeof manifest === "string" ? undefined : manifest;
  } finally {
    if (!finished) await folder.discard();
  }
}

/** Closes a part's data files and writes its graph. */
async function writeGraph(part: PreparedPart, folder: OutputFolder, files: OutputFiles): Promise<Part> {
  const { checkpoint, graph, layout, config } = part;
  const data: FileEntry[] = [];
  for (const { file, bytes } of layout.shards) data.push(await files.close(file, bytes));
  const place = (name: string) => layout.places.get(name) ?? { location: "", offset: 0, length: 0 };
  return {
    graph: await writeWhole(folder, `${checkpoint.part}.onnx`, writeModel(graph, place)),
    data,
    config,
    parameters: countParameters(part),
    precision: countPrecisions(part),
  };
}

async function writeWhole(folder: OutputFolder, file: string, bytes: Uint8Array<ArrayBuffer>): Promise<FileEntry> {
  const output = await createHashed(folder, file);
  await output.write(bytes, 0);
  return output.close(bytes.length);
}

/** Writes tokenizer and manifest; a sentence instead where the folder is no whole model. */
async function writeManifest(
  options: ConvertOptions,
  prepared: readonly PreparedPart[],
  parts: { readonly [K in PartName]?: Part },
  tokenizer: TokenizerFiles | undefined,
  folder: OutputFolder,
): Promise<CascadeManifest | string> {
  const files: FileEntry[] = [];
  for (const { name, bytes } of tokenizer?.files ?? []) files.push(await writeWhole(folder, name, bytes));
  const { "text-encoder": text, "stage-c": c, "stage-b": b, "stage-a": a, previewer } = parts;
  const geometry = geometryOf(prepared);
  if (!text || !c || !b || !a || !tokenizer || !geometry) {
    const absent = [...REQUIRED.filter((part) => !parts[part]).map((part) => PART_TITLES[part]), ...(tokenizer ? [] : ["the tokenizer"])];
    return `No cascade.json is written, because ${absent.join(", ")} ${absent.length === 1 ? "was" : "were"} not given.`;
  }
  const positions = Number(text.config.max_position_embeddings);
  const manifest: CascadeManifest = {
    format: "cascade-onnx",
    version: 1,
    name: options.name,
    precision: options.precision,
    parts: { "text-encoder": text, "stage-c": c, "stage-b": b, "stage-a": a, ...(previewer && { previewer }) },
    tokenizer: { files, max_length: Math.min(positions, tokenizer.maxLength ?? positions) },
    latents: geometry,
    sampling: options.sampling ?? PUBLISHED,
  };
  await writeWhole(folder, "cascade.json", new TextEncoder().encode(`${JSON.stringify(manifest, null, 1)}\n`));
  return manifest;
}

function geometryOf(prepared: readonly PreparedPart[]): CascadeManifest["latents"] | undefined {
  const c = prepared.find(({ checkpoint }) => checkpoint.part === "stage-c")?.unet;
  const b = prepared.find(({ checkpoint }) => checkpoint.part === "stage-b")?.unet;
  return c && b && latentGeometry(c, b);
}

/** Elements of the checkpoint tensors a graph is made of. */
function countParameters({ graph }: PreparedPart): number {
  const sizes = new Map<string, number>();
  for (const { weight } of graph.weights) for (const { key, shape } of tensorsOf(weight)) sizes.set(key, sizeOf(shape));
  return [...sizes.values()].reduce((sum, size) => sum + size, 0);
}

function countPrecisions({ graph }: PreparedPart): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const spec of graph.weights) counts[precisionName(spec)] = (counts[precisionName(spec)] ?? 0) + sizeOf(spec.weight.shape);
  return counts;
}
