import type { UNetConfig } from "../models/unet-config.ts";
import type { Graph } from "../onnx/graph.ts";
import type { PartName, PrecisionName } from "../shared/manifest.ts";
import type { ByteSource } from "./byte-source.ts";
import { type Checkpoint, openCheckpoint } from "./checkpoint.ts";
import { configOf } from "./config.ts";
import { checkTensors } from "./evaluate.ts";
import { buildNetwork } from "./networks.ts";
import { selectFiles } from "./part-files.ts";
import { type DataLayout, placeWeights } from "./placement.ts";
import { type AppliedPlan, applyPlan, PLANS } from "./plan.ts";

/** A part ready to be written: everything about it is known and checked but the numbers themselves. */
export interface PreparedPart {
  readonly checkpoint: Checkpoint;
  readonly graph: Graph;
  readonly config: Readonly<Record<string, unknown>>;
  /** The configuration once more where the part is a U-Net. */
  readonly unet?: UNetConfig;
  readonly layout: DataLayout;
  readonly plan: AppliedPlan;
  readonly notes: readonly string[];
}

/** Opens a part's checkpoint, builds its graph and checks every tensor the graph needs. Rejects with `bad-checkpoint`. */
export async function preparePart(
  part: PartName,
  files: readonly ByteSource[],
  { precision, shardBytes }: { readonly precision: PrecisionName; readonly shardBytes?: number },
  signal?: AbortSignal,
): Promise<PreparedPart> {
  const { weights, config: json } = await selectFiles(part, files, signal);
  const checkpoint = await openCheckpoint(part, weights, signal);
  const { config, notes } = configOf(checkpoint, json);
  const plan = applyPlan(PLANS[precision], part);
  const network = buildNetwork(checkpoint, config, plan.precision);
  for (const { weight } of network.graph.weights) checkTensors(weight, checkpoint);
  const layout = placeWeights(network.graph.weights, `${part}.onnx`, shardBytes);
  return { ...network, checkpoint, layout, plan, notes };
}
