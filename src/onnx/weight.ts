/**
 * Where the numbers of an initializer come from. Graph definitions hold no weights: they say, as an expression over a
 * checkpoint's tensors, what each initializer is made of, and src/convert streams the bytes in.
 *
 * To evaluate one: compute in float32, depth first; every shape below is row-major and already checked by the functions that
 * make expressions. Only `tensor` touches the checkpoint, so a plain or concatenated tensor can be streamed row by row.
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
  /** Rows start ≤ i < start + shape[0] of axis 0. */
  | { readonly op: "slice"; readonly x: WeightExpr; readonly start: number; readonly shape: readonly number[] }
  /** Elementwise sum of equal shapes. */
  | { readonly op: "add"; readonly a: WeightExpr; readonly b: WeightExpr; readonly shape: readonly number[] }
  /** Elementwise product; b has a's rank, and every dimension of b is a's or 1 (broadcast onto a). */
  | { readonly op: "multiply"; readonly a: WeightExpr; readonly b: WeightExpr; readonly shape: readonly number[] }
  /** Elementwise x * scale + offset. */
  | { readonly op: "affine"; readonly x: WeightExpr; readonly scale: number; readonly offset: number; readonly shape: readonly number[] }
  /** Elementwise 1 / sqrt(x + epsilon). */
  | { readonly op: "rsqrt"; readonly x: WeightExpr; readonly epsilon: number; readonly shape: readonly number[] }
  /** matrix [n, k] times vector [k] -> [n]; sums in float64. */
  | { readonly op: "matvec"; readonly matrix: WeightExpr; readonly vector: WeightExpr; readonly shape: readonly [number] };

/** How numbers are written. `nbits` is onnxruntime's MatMulNBits layout of a row-major [n, k] matrix, blocks along k (k % 32 = 0). */
export type Encoding =
  | { readonly kind: "dense"; readonly dtype: "float32" | "float16" }
  | { readonly kind: "nbits"; readonly bits: 4 | 8; readonly blockSize: 32; readonly symmetric: boolean };

/** One weight of a graph: an expression, its encoding, and the initializers it becomes. */
export interface WeightSpec {
  readonly weight: WeightExpr;
  readonly encoding: Encoding;
  /**
   * dense: [values], float32 or float16 of the expression's shape.
   * nbits: [values uint8 [n, k/32, 32*bits/8], scales float16 [n, k/32]] and, asymmetric, [zero points uint8 [n, ceil(k/32 * bits/8)]].
   * Values and zero points of 4 bits are packed in pairs along k, the even one in the low half; w = (value - zero point) * scale
   * with zero point 8 (4 bits) or 128 (8 bits) where none is stored. The scale used to quantize must be the one rounded to float16.
   */
  readonly initializers: readonly InitializerInfo[];
}

export interface InitializerInfo {
  readonly name: string;
  readonly dtype: "float32" | "float16" | "uint8";
  readonly shape: readonly number[];
}
