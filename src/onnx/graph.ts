import type { Shape } from "./dim.ts";
import type { WeightSpec } from "./weight.ts";

/** Element types the graphs use. */
export type DType = "float32" | "float16" | "int64" | "int32" | "uint8" | "bool";

/** ONNX TensorProto.DataType. */
export const dtypeCode: Readonly<Record<DType, number>> = {
  float32: 1,
  uint8: 2,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
};

export interface ValueInfo {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: Shape;
}

/** An attribute's value: a float is told from an int by its wrapper, as ONNX does. */
export type Attribute =
  | { readonly kind: "float"; readonly value: number }
  | { readonly kind: "int"; readonly value: number }
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "ints"; readonly value: readonly number[] };

export interface GraphNode {
  readonly name: string;
  /** "" is ai.onnx; "com.microsoft" holds ONNX Runtime's own operators. */
  readonly domain: "" | "com.microsoft";
  readonly op: string;
  /** Value names; "" is an optional input left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

/** A small tensor that lives in the .onnx file itself; `bytes` are little-endian, row-major. */
export interface Constant {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

/** A network as ONNX sees it, without its weights' bytes: `weights` says what they are made of. */
export interface Graph {
  readonly name: string;
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  /** In an order in which they can run. */
  readonly nodes: readonly GraphNode[];
  readonly constants: readonly Constant[];
  readonly weights: readonly WeightSpec[];
}
