import { clipText, clipTextConfigFrom } from "../models/clip-text.ts";
import type { Precision } from "../models/precision.ts";
import { previewer, previewerConfigFrom } from "../models/previewer.ts";
import { stageA, stageAConfigFrom } from "../models/stage-a.ts";
import { unet } from "../models/unet.ts";
import { type UNetConfig, unetConfigFrom } from "../models/unet-config.ts";
import type { Graph } from "../onnx/graph.ts";
import type { Checkpoint } from "./checkpoint.ts";

/** A part's graph and the configuration it was built from. */
export interface Network {
  readonly graph: Graph;
  readonly config: Readonly<Record<string, unknown>>;
  /** The configuration once more where the part is a U-Net. */
  readonly unet?: UNetConfig;
}

/** Builds the graph of a checkpoint's part. Throws `bad-checkpoint` where the configuration can't be. */
export function buildNetwork(checkpoint: Checkpoint, json: Readonly<Record<string, unknown>>, precision: Precision): Network {
  const { part, name, shapes } = checkpoint;
  switch (part) {
    case "text-encoder": {
      const config = clipTextConfigFrom(json, name);
      return { graph: clipText(config, precision), config: { ...config } };
    }
    case "stage-c":
    case "stage-b": {
      const config = unetConfigFrom(json, name);
      return { graph: unet(part, config, precision), config: { ...config }, unet: config };
    }
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
