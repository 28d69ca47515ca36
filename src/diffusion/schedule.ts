/** Offset of the cosine schedule (Nichol and Dhariwal 2021, eq. 17), and the bounds Stable Cascade keeps alpha-bar in. */
const S = 0.008;
const [LOWEST, HIGHEST] = [0.0001, 0.9999];
const ALPHA_BAR_AT_0 = Math.cos(((S / (1 + S)) * Math.PI) / 2) ** 2;

/** Cosine schedule: how much of the variance is signal at t (0: clean, 1: noise). */
export function alphaBar(t: number): number {
  return clamp(Math.cos((((t + S) / (1 + S)) * Math.PI) / 2) ** 2 / ALPHA_BAR_AT_0, LOWEST, HIGHEST);
}

/** log(alpha-bar / (1 - alpha-bar)) at t; `shift` above 1 spends more steps in the noise, for larger latents (official framework). */
export function logSNR(t: number, shift = 1): number {
  const signal = alphaBar(t);
  return clamp(Math.log(signal / (1 - signal)) - 2 * Math.log(shift), logit(LOWEST), logit(HIGHEST));
}

/** What the network is told at a noise level: the t at which the unshifted, unclamped cosine schedule has it (inverse cosine). */
export function noiseCondition(logSnr: number): number {
  const t = (Math.acos(Math.sqrt(sigmoid(logSnr) * ALPHA_BAR_AT_0)) / (Math.PI / 2)) * (1 + S) - S;
  return clamp(t, 0, 1);
}

export function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

/** `steps + 1` points from `start` to 0, in float32 as torch.linspace gives them. */
export function timesteps(steps: number, start = 1): number[] {
  return Array.from({ length: steps + 1 }, (_, i) => Math.fround(start * (1 - i / steps)));
}

function logit(p: number): number {
  return Math.log(p / (1 - p));
}

function clamp(x: number, low: number, high: number): number {
  return Math.min(Math.max(x, low), high);
}
