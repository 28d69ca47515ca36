import type { Tensor } from "../shared/tensor.ts";

/** The largest finite float16. */
const HALF_MAX = 65504;

/**
 * What is wrong with the numbers a network gave, as the end of "Stage C computed ..."; undefined where nothing is. NaN, infinite, saturated and
 * all-zero results are what a faulty GPU or too small a precision gives, and would be a black picture.
 */
export function flawOf({ data }: Tensor): string | undefined {
  let largest = 0;
  for (const value of data) {
    if (!Number.isFinite(value)) return "numbers that are not finite";
    largest = Math.max(largest, Math.abs(value));
  }
  if (largest >= HALF_MAX) return "numbers beyond all measure";
  return largest === 0 ? "nothing but zeros" : undefined;
}
