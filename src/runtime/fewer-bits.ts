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
  const possible: FewerBits[] = [];
  for (const to of BELOW[manifest.precision]) {
    for (const name of PARTS) {
      const { graph, data, config } = manifest.parts[name];
      const model = new Uint8Array(await (await folder.read(graph.file)).arrayBuffer());
      const files = { model, data: data.map(({ file }) => ({ path: file, data: new Blob() })) };
      if (lower(name, config, files, to) === undefined) continue;
      possible.push(to);
      break;
    }
  }
  return possible;
}
