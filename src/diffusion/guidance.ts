import { mix } from "./target.ts";

/**
 * Classifier-free guidance (Ho and Salimans 2022), with the official framework's rescale: `rescale` (cfg_rho) of the result is brought back to the
 * conditional prediction's standard deviation, against over-saturation (Lin et al. 2023).
 */
export function guide(conditional: Float32Array, unconditional: Float32Array, scale: number, rescale: number): Float32Array {
  const guided = mix(unconditional, 1 - scale, conditional, scale);
  if (rescale === 0) return guided;
  const ratio = standardDeviation(conditional) / (standardDeviation(guided) + 1e-9);
  return guided.map((value) => value * (rescale * ratio + 1 - rescale));
}

/** With Bessel's correction, as torch.std. */
function standardDeviation(x: Float32Array): number {
  let sum = 0;
  for (const value of x) sum += value;
  const mean = sum / x.length;
  let squares = 0;
  for (const value of x) squares += (value - mean) ** 2;
  return Math.sqrt(squares / (x.length - 1));
}
