/**
 * Where the numbers of an initializer come from. Graph definitions hold no weights: they say, as an expression over a
 * checkpoint's tensors, what each initializer is made of, and src/convert streams the bytes in.
 */
export type WeightExpr =
  /** A checkpoint tensor by its (diffusers-style) key, and the shape it must have. */
  | { readonly op: "tensor"; readonly key: string; readonly shape: readonly number[] }
  /** Numbers known while the graph is built (small). */
  | { readonly op: "literal"; readonly values: Float32Array; readonly shape: readonly number[] }
  /** Parts one after another along axis 0. */
  | { readonly op: "concat"; readonly parts: readonly WeightExpr[]; readonly shape: readonly number[] }
  | { readonly op: "reshape"; readonly x: WeightExpr; readonly shape: readonly number[] }
  | { readonly op: "transpose"; readonly x: WeightExpr; readonly perm: readonly number[]; readonly shape: readonly number[] }
  /** Elementwise sum of equal shapes. */
  | { readonly op: "add"; readonly a: WeightExpr; readonly b: WeightExpr; readonly shape: readonly number[] }
  /** Elementwise x * scale + offset. */
  | { readonly op: "affine"; readonly x: WeightExpr; readonly scale: number; readonly offset: number; readonly shape: readonly number[] }
  /** matrix [n, k] times vector [k] -> [n]. */
  | { readonly op: "matvec"; readonly matrix: WeightExpr; readonly vector: WeightExpr; readonly shape: readonly [number] };

/** How numbers are written. `nbits` is onnxruntime's MatMulNBits layout of a row-major [n, k] matrix, blocks along k. */
export type Encoding =
  | { readonly kind: "dense"; readonly dtype: "float32" | "float16" }
  | { readonly kind: "nbits"; readonly bits: 4 | 8; readonly blockSize: 32; readonly symmetric: boolean };

/** One weight of a graph: an expression, its encoding, and the initializers it becomes. */
export interface WeightSpec {
  readonly weight: WeightExpr;
  readonly encoding: Encoding;
  /** dense: [values]; nbits: [values, scales] or [values, scales, zero points]. */
  readonly initializers: readonly InitializerInfo[];
}

export interface InitializerInfo {
  readonly name: string;
  readonly dtype: "float32" | "float16" | "uint8";
  readonly shape: readonly number[];
}
