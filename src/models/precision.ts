import type { Encoding } from "../onnx/weight.ts";

/** What a weight does in its network; a precision plan decides by it. */
export type WeightRole =
  /** [out, in] matrices of residual blocks: MLPs and attention. Nearly all parameters. */
  | "linear"
  /** Key/value mappers and other projections of the conditioning. */
  | "conditioning"
  /** Token and position tables. */
  | "embedding"
  /** The first and the last projection of a network: few parameters, every error reaches the output. */
  | "first"
  | "last"
  /** Convolutions between levels, repeat mappers, and those of Stage A and the previewer. */
  | "conv"
  | "depthwise"
  /** The matrix from the timestep embedding to every block's scale and shift. */
  | "time"
  /** Norm and GRN scales, and all biases. */
  | "norm"
  | "bias";

/** `q4`/`q8` are symmetric MatMulNBits, `q4z`/`q8z` have zero points; blocks of 32 along the input. */
export type WeightPrecision = "f32" | "f16" | "q4" | "q8" | "q4z" | "q8z";

/**
 * Decides how a weight is stored. `key` is the checkpoint's (diffusers) key, or, where several tensors become one initializer, the name
 * of that; `shape` is what is stored. q4 and q8 hold for matrices [out, in] with in % 32 = 0; others asked to be so become f16.
 */
export type Precision = (key: string, role: WeightRole, shape: readonly number[]) => WeightPrecision;

/** Every weight in float32. */
export const float32: Precision = () => "f32";

/** The builder's form of a precision. */
export function encodingOf(precision: WeightPrecision): Encoding {
  if (precision === "f32" || precision === "f16") return { kind: "dense", dtype: precision === "f32" ? "float32" : "float16" };
  return { kind: "nbits", bits: precision.startsWith("q4") ? 4 : 8, blockSize: 32, symmetric: !precision.endsWith("z") };
}
