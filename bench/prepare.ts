import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { convert } from "../src/convert/convert.ts";
import { float32 } from "../src/models/precision.ts";
import { unet } from "../src/models/unet.ts";
import { unetConfigFrom } from "../src/models/unet-config.ts";
import { directoryFolder, sourcesAt } from "../tools/node-files.ts";
import { madeUpCheckpoint } from "./checkpoint.ts";
import type { BenchNetwork } from "./networks.ts";

export type Precision = "f32" | "q4";

/** A graph to time: file names in the benchmark's folder. */
export interface Candidate {
  readonly maker: "ours" | "exported";
  readonly precision: Precision;
  readonly graph: string;
  /** External data; the exporter keeps its weights in the graph's file. */
  readonly data?: string;
}

/** Makes one checkpoint of made-up weights and every graph of it: ours by the converter, and by torch.onnx where there is a Python for it. */
export async function prepare(network: BenchNetwork, folder: string, python: string | undefined): Promise<Candidate[]> {
  const slug = network.name.toLowerCase().replaceAll(" ", "-");
  const checkpoint = join(folder, slug);
  mkdirSync(checkpoint, { recursive: true });
  const graph = unet(network.part, unetConfigFrom(network.config), float32);
  writeFileSync(join(checkpoint, "config.json"), JSON.stringify(network.config));
  writeFileSync(join(checkpoint, "diffusion_pytorch_model.safetensors"), madeUpCheckpoint(graph));
  writeFileSync(join(checkpoint, "inputs.json"), JSON.stringify(network.inputs));

  const candidates: Candidate[] = [];
  for (const precision of ["f32", "q4"] as const) {
    const out = join(checkpoint, `ours-${precision}`);
    const options = { name: slug, precision, parts: { [network.part]: await sourcesAt(checkpoint) } };
    for await (const _ of convert(options, await directoryFolder(out)));
    const file = `${slug}/ours-${precision}/${network.part}.onnx`;
    candidates.push({ maker: "ours", precision, graph: file, data: `${file}.data` });
  }
  if (python !== undefined) {
    execFileSync(python, [join(import.meta.dirname, "export_peer.py"), checkpoint, join(checkpoint, "inputs.json")], {
      stdio: ["ignore", "ignore", "pipe"],
      maxBuffer: 2 ** 28,
    });
    for (const precision of ["f32", "q4"] as const)
      candidates.push({ maker: "exported", precision, graph: `${slug}/peer.${precision}.onnx` });
  }
  return candidates;
}
