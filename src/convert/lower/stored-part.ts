import type { WeightPrecision } from "../../models/precision.ts";
import type { Graph } from "../../onnx/graph.ts";
import { type ExternalInitializer, externalInitializers } from "../../onnx/initializers.ts";
import type { InitializerInfo, WeightSpec } from "../../onnx/weight.ts";
import { writeModel } from "../../onnx/write.ts";
import type { PartFiles } from "../../shared/part-files.ts";
import type { Place, StoredMatrix } from "./requantize.ts";

/** What a converted part holds, weight by weight. */
export class StoredPart {
  private readonly initializers: ReadonlyMap<string, ExternalInitializer>;

  constructor(private readonly files: PartFiles) {
    this.initializers = externalInitializers(files.model);
  }

  /** How a weight is stored; undefined where there is none of this key, or in another way than a plan names. */
  precisionOf(key: string): WeightPrecision | undefined {
    const dense = this.initializers.get(key);
    if (dense !== undefined) return dense.dtype === "uint8" ? undefined : dense.dtype === "float32" ? "f32" : "f16";
    const blockBytes = this.initializers.get(quantizedName(key))?.shape[2];
    if (blockBytes !== 16 && blockBytes !== 32) return undefined;
    return `${blockBytes === 16 ? "q4" : "q8"}${this.initializers.has(`${key}.zero_points`) ? "z" : ""}`;
  }

  /** Whether the .onnx is this graph, byte for byte. */
  isOf(graph: Graph): boolean {
    const infos = graph.weights.flatMap(({ initializers }) => initializers);
    if (!infos.every((info) => this.has(info))) return false;
    const model = writeModel(graph, (name) => this.named(name).place);
    return model.length === this.files.model.length && model.every((byte, i) => byte === this.files.model[i]);
  }

  /** Whether a weight's initializers are those stored. */
  hasWeight({ initializers }: WeightSpec): boolean {
    return initializers.every((info) => this.has(info));
  }

  private has({ name, dtype, shape }: InitializerInfo): boolean {
    const stored = this.initializers.get(name);
    return stored?.dtype === dtype && stored.shape.join() === shape.join();
  }

  /** Where an initializer's bytes lie. */
  placeOf(name: string): Place & { readonly length: number } {
    const { location, offset, length } = this.named(name).place;
    const file = this.files.data.find(({ path }) => path === location)?.data;
    if (file === undefined) throw new Error(`the graph's weights lie in ${location}, which was not given`);
    return { file, offset, length };
  }

  /** The matrix that is to have fewer bits, as it is stored. */
  matrixOf(key: string): StoredMatrix {
    const dense = this.initializers.get(key);
    if (dense !== undefined) {
      const { dtype, shape } = dense;
      const [k = 0, n = 0] = shape;
      if (dtype === "uint8") throw new Error(`${key} is no matrix of numbers`);
      return { kind: dtype, n, k, numbers: this.placeOf(key) };
    }
    const [n = 0, blocks = 0] = this.named(quantizedName(key)).shape;
    return { kind: "q8", n, k: 32 * blocks, values: this.placeOf(quantizedName(key)), scales: this.placeOf(`${key}.scales`) };
  }

  private named(name: string): ExternalInitializer {
    const initializer = this.initializers.get(name);
    if (initializer === undefined) throw new Error(`the graph has no ${name}`);
    return initializer;
  }
}

function quantizedName(key: string): string {
  return `${key}.quantized`;
}
