import type { CascadeManifest, FewerBits, PrecisionName } from "../shared/manifest.ts";
import { type LowerPart, staysLoaded } from "./runtime.ts";
import type { ModelFolder } from "./types.ts";

/** Below what a model is stored at, the most exact first. */
const BELOW: Readonly<Record<PrecisionName, readonly FewerBits[]>> = { f32: ["q8", "q4"], f16: ["q8", "q4"], q8: ["q4"], q4: [] };

/** Parts whose weights can be cut down, the largest first. */
const PARTS = ["stage-c", "stage-b", "text-encoder"] as const;

/**
 * What the weights of a model can be read at where memory is short, the most exact first: only where some part really gets smaller, which those of other
 * builders don't. Weights of a model that stays loaded whole are not what fills the memory. Of the files the graphs are read, no weights.
 */
export async function fewerBits(folder: ModelFolder, manifest: CascadeManifest, lower: LowerPart): Promise<readonly FewerBits[]> {
  if (staysLoaded(manifest)) return [];
  const parts = PARTS.map(async (name) => {
    const { graph, data, config } = manifest.parts[name];
    const model = new Uint8Array(await (await folder.read(graph.file)).arrayBuffer());
    return { name, config, files: { model, data: data.map(({ file }) => ({ path: file, data: new Blob() })) } };
  });
  const read = await Promise.all(parts);
  return BELOW[manifest.precision].filter((to) => read.some(({ name, config, files }) => lower(name, config, files, to) !== undefined));
}
