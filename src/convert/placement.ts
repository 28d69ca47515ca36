import type { InitializerInfo, WeightSpec } from "../onnx/weight.ts";
import type { Placement } from "../onnx/write.ts";
import { sizeOf } from "../shared/tensor.ts";

/** A shard is read whole by wasm32 hosts, whose memory is 4 GB at most. */
export const SHARD_BYTES = 2 ** 30;

/** onnx's own convention: tensors that large begin on a page, so that a host can map them. */
const PAGE = 4096;
const PAGE_ALIGNED_BYTES = 2 ** 20;
/** What smaller ones begin on: a cache line. */
const LINE = 64;

const BYTES = { float32: 4, float16: 2, uint8: 1 } as const;

/** Bytes a weight's initializers take together. */
export function bytesOf(initializers: readonly InitializerInfo[]): number {
  return initializers.reduce((sum, { shape, dtype }) => sum + sizeOf(shape) * BYTES[dtype], 0);
}

/** Where every initializer lies, decided by sizes alone before any byte is made: a cut conversion can go on anywhere. */
export interface DataLayout {
  readonly places: ReadonlyMap<string, Placement>;
  /** Data files in order, the weights in each, and its size. */
  readonly shards: readonly { readonly file: string; readonly weights: readonly WeightSpec[]; readonly bytes: number }[];
  /** Bytes of all data files. */
  readonly bytes: number;
}

/** Lays a graph's weights out in files of at most `shardBytes` (more where one weight alone is larger). */
export function placeWeights(weights: readonly WeightSpec[], baseName: string, shardBytes: number = SHARD_BYTES): DataLayout {
  const places = new Map<string, Placement>();
  const shards: { file: string; weights: WeightSpec[]; bytes: number }[] = [];
  let offset = 0;
  let before = 0;
  for (const weight of weights) {
    const total = bytesOf(weight.initializers);
    if (shards.length === 0 || (offset > 0 && offset + total > shardBytes)) {
      shards.push({ file: `${baseName}.data${shards.length === 0 ? "" : `.${shards.length}`}`, weights: [], bytes: 0 });
      before += offset;
      offset = 0;
    }
    const shard = shards.at(-1);
    if (shard === undefined) throw new Error("no shard");
    shard.weights.push(weight);
    for (const { name, dtype, shape } of weight.initializers) {
      const length = sizeOf(shape) * BYTES[dtype];
      const alignment = length >= PAGE_ALIGNED_BYTES ? PAGE : LINE;
      offset = Math.ceil(offset / alignment) * alignment;
      if (places.has(name)) throw new Error(`two initializers are called ${name}`);
      places.set(name, { location: shard.file, offset, length });
      offset += length;
      shard.bytes = offset;
    }
  }
  return { places, shards, bytes: before + offset };
}
