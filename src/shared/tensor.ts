/** A dense array in row-major order; images and latents are [N, C, H, W]. */
export interface Tensor<Data extends Float32Array | BigInt64Array = Float32Array> {
  readonly data: Data;
  readonly dims: readonly number[];
}

/** What a network takes: numbers, or token ids and masks (int64). */
export type AnyTensor = Tensor | Tensor<BigInt64Array>;

/** Elements of a tensor of these dimensions; 1 for a scalar. */
export function sizeOf(dims: readonly number[]): number {
  return dims.reduce((product, dim) => product * dim, 1);
}
