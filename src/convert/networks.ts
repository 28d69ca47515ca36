import { clipText, clipTextConfigFrom } from "../models/clip-text.ts";
import type { Precision } from "../models/precision.ts";
import { previewer, previewerConfigFrom } from "../models/previewer.ts";
import { stageA, stageAConfigFrom } from "../models/stage-a.ts";
import { unet } from "../models/unet.ts";
import { type UNetConfig, unetConfigFrom } from "../models/unet-config.ts";
import type { Graph } from "../onnx/graph.ts";
import { CascadeError, messageOf } from "../shared/errors.ts";
import type { Checkpoint } from "./checkpoint.ts";

/** A part's graph and the configuration it was built from. */
export interface Network {
  readonly graph: Graph;
  readonly config: Readonly<Record<string, unknown>>;
  /** The configuration once more where the part is a U-Net. */
  readonly unet?: UNetConfig;
}

/** Builds the graph of a checkpoint's part. Throws `bad-checkpoint` where tensors and configuration make no network. */
export function buildNetwork(checkpoint: Checkpoint, json: Readonly<Record<string, unknown>>, precision: Precision): Network {
  try {
    return build(checkpoint, json, precision);
  } catch (error) {
    if (error instanceof CascadeError) throw error;
    // The definitions check shapes as they go: with numbers from a file, a failed check is the file's fault.
    throw new CascadeError("bad-checkpoint", `${checkpoint.name} and its configuration don't make a network: ${messageOf(error)}.`, {
      cause: error,
    });
  }
}

/** Parts whose configuration alone says what their network is, and nearly all of whose weights are matrices. */
export type ConfiguredPart = "text-encoder" | "stage-c" | "stage-b";

/** Builds the graph that a configuration is of; `source` names that in errors. */
export function configuredNetwork(
  part: ConfiguredPart,
  json: Readonly<Record<string, unknown>>,
  precision: Precision,
  source?: string,
): Network {
  if (part === "text-encoder") {
    const config = clipTextConfigFrom(json, source);
    return { graph: clipText(config, precision), config: { ...config } };
  }
  const config = unetConfigFrom(json, source);
  return { graph: unet(part, config, precision), config: { ...config }, unet: config };
}

function build(checkpoint: Checkpoint, json: Readonly<Record<string, unknown>>, precision: Precision): Network {
  const { part, name, shapes } = checkpoint;
  switch (part) {
    case "text-encoder":
    case "stage-c":
    case "stage-b":
      return configuredNetwork(part, json, precision, name);
    case "stage-a": {
      const config = stageAConfigFrom(json, name);
      return { graph: stageA(config, precision), config: { ...config } };
    }
    case "previewer": {
      const config = previewerConfigFrom(shapes, name);
      return { graph: previewer(config, precision), config: { ...config } };
    }
  }
}
