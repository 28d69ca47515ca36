import type { Precision, WeightPrecision } from "../../models/precision.ts";
import type { Graph } from "../../onnx/graph.ts";
import type { WeightSpec } from "../../onnx/weight.ts";
import { type Placement, writeModel } from "../../onnx/write.ts";
import { CascadeError } from "../../shared/errors.ts";
import type { FewerBits, PartName } from "../../shared/manifest.ts";
import type { PartFiles } from "../../shared/part-files.ts";
import { type Span, SpansBlob, spanOf } from "../../shared/spans-blob.ts";
import { type ConfiguredPart, configuredNetwork } from "../networks.ts";
import { placeWeights } from "../placement.ts";
import { applyPlan, PLANS } from "../plan.ts";
import { requantized } from "./requantize.ts";
import { StoredPart } from "./stored-part.ts";
import { type Made, Unread } from "./unread.ts";

/** Bits of what is stored; none are fewer than those with zero points, which no named plan has. */
const BITS: Readonly<Record<WeightPrecision, number>> = { f32: 32, f16: 16, q8: 8, q8z: 0, q4: 4, q4z: 0 };

/**
 * A converted part as a plan of fewer bits would have stored it: the same graph a conversion writes, and files whose matrices are quantized only as they are
 * read, one at a time in memory. What that plan keeps higher stays as it is, and so does what is as small already. Undefined where nothing would change, and
 * where the stored graph is not the one that its configuration makes: nobody knows then which weight does what.
 */
export function lowerPart(
  name: PartName,
  config: Readonly<Record<string, unknown>>,
  files: PartFiles,
  precision: FewerBits,
): PartFiles | undefined {
  if (name === "stage-a" || name === "previewer") return undefined;
  const part = new StoredPart(files);
  const asStored: Precision = (key) => part.precisionOf(key) ?? "f32";
  const stored = graphOf(name, config, asStored);
  if (stored === undefined || !part.isOf(stored)) return undefined;

  const plan = applyPlan(PLANS[precision], name);
  const fewer = quantizedIn(configuredNetwork(name, config, plan.precision).graph);
  const { graph } = configuredNetwork(name, config, (key, role, shape) => {
    const before = asStored(key, role, shape);
    return (fewer.get(key) ?? Number.POSITIVE_INFINITY) < BITS[before] ? plan.precision(key, role, shape) : before;
  });
  if (graph.weights.every((weight) => part.hasWeight(weight))) return undefined;

  const layout = placeWeights(graph.weights, `${name}.onnx`);
  const place = (initializer: string): Placement => {
    const placement = layout.places.get(initializer);
    if (placement === undefined) throw new Error(`${initializer} has no place`);
    return placement;
  };
  const unread = new Unread();
  const spans = (weight: WeightSpec): Span[] =>
    part.hasWeight(weight) ? keptSpans(weight, part, place) : loweredSpans(weight, part, place, unread);
  return {
    model: writeModel(graph, place),
    data: layout.shards.map(({ file, weights }) => ({ path: file, data: new SpansBlob(weights.flatMap(spans)) })),
  };
}

/** The graph a configuration makes; undefined where it makes none: a folder may come from anywhere. */
function graphOf(name: ConfiguredPart, config: Readonly<Record<string, unknown>>, precision: Precision): Graph | undefined {
  try {
    return configuredNetwork(name, config, precision).graph;
  } catch {
    return undefined;
  }
}

/** Bits of the matrices that a graph has quantized, by key. The builder has the last word on which can be. */
function quantizedIn({ weights }: Graph): ReadonlyMap<string, number> {
  return new Map(weights.flatMap((weight) => (weight.encoding.kind === "nbits" ? [[keyOf(weight), weight.encoding.bits] as const] : [])));
}

function keyOf({ initializers: [first] }: WeightSpec): string {
  return first?.name.replace(/\.quantized$/, "") ?? "";
}

/** A weight's bytes where they lie in the stored files. */
function keptSpans({ initializers }: WeightSpec, part: StoredPart, place: (name: string) => Placement): Span[] {
  return initializers.map(({ name }) => {
    const { file, offset, length } = part.placeOf(name);
    return spanOf(file, offset, length, place(name).offset);
  });
}

/** A matrix's bytes, made of the stored ones when they are asked for. */
function loweredSpans(weight: WeightSpec, part: StoredPart, place: (name: string) => Placement, unread: Unread): Span[] {
  const { encoding, initializers } = weight;
  if (encoding.kind !== "nbits") throw new Error(`${keyOf(weight)} is no quantized matrix`);
  const matrix = part.matrixOf(keyOf(weight));
  const make = async (): Promise<Made> => {
    const made = await requantized(matrix, encoding.bits);
    if (made === undefined) {
      throw new CascadeError("out-of-memory", `Memory ran out, and ${keyOf(weight)} has numbers too large for fewer bits.`);
    }
    return new Map(initializers.map(({ name }, i) => [name, made[i] ?? new Uint8Array()]));
  };
  return initializers.map(({ name }) => {
    const { offset, length } = place(name);
    return { offset, length, read: (begin, end) => unread.read(name, begin, end, make) };
  });
}
