import type { PartName } from "../../src/shared/manifest.ts";
import { sizeOf } from "../../src/shared/tensor.ts";
import { xorshift } from "../checkpoint.ts";
import type { NetworkInput } from "./page/protocol.ts";

/**
 * Inputs of the published networks: Stage C's latent is a picture's of 1024x1024, those of Stages B and A are smaller than its (256x256), because
 * what is proven is that all of a network runs and is right, and a software GPU is slow.
 */
const SHAPES: Readonly<Record<Exclude<PartName, "previewer">, Readonly<Record<string, readonly number[]>>>> = {
  "text-encoder": { input_ids: [1, 77], attention_mask: [1, 77] },
  "stage-c": {
    sample: [1, 16, 24, 24],
    timestep_ratio: [1],
    clip_text: [1, 77, 1280],
    clip_text_pooled: [1, 1, 1280],
    clip_img: [1, 1, 768],
  },
  "stage-b": { sample: [1, 4, 64, 64], timestep_ratio: [1], clip_text_pooled: [1, 1, 1280], effnet: [1, 16, 6, 6] },
  "stage-a": { latent: [1, 4, 32, 32] },
};

/** The same numbers on every machine. */
export function inputsOf(part: Exclude<PartName, "previewer">): Record<string, NetworkInput> {
  return Object.fromEntries(Object.entries(SHAPES[part]).map(([name, dims]) => [name, inputOf(name, dims)]));
}

function inputOf(name: string, dims: readonly number[]): NetworkInput {
  const size = sizeOf(dims);
  const random = xorshift(name.length + 7);
  // A prompt of ten tokens between CLIP's start and end, then padding.
  if (name === "input_ids") {
    const data = Array.from({ length: size }, (_, i) => (i === 0 ? 49406 : i > 10 ? 49407 : 1000 + 37 * i));
    return { type: "int64", data, dims };
  }
  if (name === "attention_mask") return { type: "int64", data: Array.from({ length: size }, (_, i) => Number(i <= 11)), dims };
  const value = name === "timestep_ratio" ? () => 0.7 : () => 1.7 * random();
  return { type: "float32", data: Array.from({ length: size }, value), dims };
}
