import { sizeOf, type Tensor } from "../shared/tensor.ts";

/** The first `rows` of axis 0. */
export function firstRows({ data, dims: [, ...rest] }: Tensor, rows: number): Tensor {
  return { data: data.slice(0, rows * sizeOf(rest)), dims: [rows, ...rest] };
}

/** One row with rows of zeros below it, `rows` in all. */
export function zerosBelow({ data, dims: [, ...rest] }: Tensor, rows: number): Tensor {
  const padded = new Float32Array(rows * data.length);
  padded.set(data);
  return { data: padded, dims: [rows, ...rest] };
}

export function zeros(dims: readonly number[]): Tensor {
  return { data: new Float32Array(sizeOf(dims)), dims };
}
