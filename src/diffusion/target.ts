import type { Target } from "../shared/manifest.ts";
import { sigmoid } from "./schedule.ts";

/** x = a * x0 + b * epsilon with a² + b² = 1 (variance preserving). */
export interface Scale {
  readonly a: number;
  readonly b: number;
}

export function scaleAt(logSnr: number): Scale {
  const signal = sigmoid(logSnr);
  return { a: Math.sqrt(signal), b: Math.sqrt(1 - signal) };
}

/** The clean sample and the noise that a prediction stands for. */
export interface Undiffused {
  readonly x0: Float32Array;
  readonly epsilon: Float32Array;
}

/** Splits x into x0 and epsilon by what the network was trained to predict (official framework; v = a epsilon - b x0: Salimans and Ho 2022). */
export function undiffuse(target: Target, x: Float32Array, prediction: Float32Array, { a, b }: Scale): Undiffused {
  switch (target) {
    case "epsilon":
      return { x0: mix(x, 1 / a, prediction, -b / a), epsilon: prediction };
    case "x0":
      return { x0: prediction, epsilon: mix(x, 1 / b, prediction, -a / b) };
    case "v":
      return { x0: mix(x, a, prediction, -b), epsilon: mix(x, b, prediction, a) };
  }
}

/** x * p + y * q, elementwise. */
export function mix(x: Float32Array, p: number, y: Float32Array, q: number): Float32Array {
  return x.map((value, i) => value * p + (y[i] ?? 0) * q);
}
