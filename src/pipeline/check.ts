import { CascadeError } from "../shared/errors.ts";
import type { Tensor } from "../shared/tensor.ts";

/** The numbers of a stage, checked: NaN, infinite or all-zero results are what a faulty GPU or too small a precision gives, and would be a black picture. */
export function checked(tensor: Tensor | undefined, stage: string): Tensor {
  if (tensor === undefined) throw new Error(`${stage} gave no output`);
  let zeros = true;
  for (const value of tensor.data) {
    if (!Number.isFinite(value)) {
      throw new CascadeError(
        "bad-model",
        `${stage} computed numbers that are not finite: choose WebAssembly, or convert the model at a higher precision.`,
      );
    }
    if (value !== 0) zeros = false;
  }
  if (zeros) throw new CascadeError("bad-model", `${stage} computed nothing but zeros: choose WebAssembly, or convert the model again.`);
  return tensor;
}
