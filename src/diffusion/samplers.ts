import type { SamplerName, Target } from "../shared/manifest.ts";
import { alphaBar, logSNR, noiseCondition, timesteps } from "./schedule.ts";
import { mix, type Scale, scaleAt, type Undiffused, undiffuse } from "./target.ts";

/** One evaluation of the network, and what becomes of its answer. */
export interface Step {
  /** What the network is told of the noise level. */
  readonly timestep_ratio: number;
  /** From x and the prediction at it to the next x; `noise` is drawn once, always, as the reference does. Pure. */
  advance(x: Float32Array, prediction: Float32Array, noise: Float32Array): { readonly x: Float32Array; readonly x0: Float32Array };
}

export interface SamplerOptions {
  readonly sampler: SamplerName;
  readonly target: Target;
  readonly steps: number;
  /** logSNR shift; ddpm-wuerstchen has none. */
  readonly shift: number;
  /** Where to begin: 1 is pure noise, below it a noised image (image-to-image). */
  readonly start?: number;
}

/** The whole trajectory as steps in order. */
export function stepsOf({ sampler, target, steps, shift, start = 1 }: SamplerOptions): Step[] {
  const times = timesteps(steps, start);
  if (sampler === "ddpm-wuerstchen") {
    return pairs(times).map(([t, tNext]) => {
      const scale = scaleOf(alphaBar(t));
      return step(t, target, scale, (x, { epsilon }, noise) =>
        ddpmWuerstchen(x, epsilon, noise, alphaBar(t), alphaBar(tNext), tNext === 0),
      );
    });
  }
  const update = { ddim, ddpm, lcm }[sampler];
  return pairs(times.map((t) => logSNR(t, shift))).map(([now, next]) => {
    const scale = scaleAt(now);
    return step(noiseCondition(now), target, scale, (_, undiffused, noise) => update(undiffused, noise, scale, scaleAt(next)));
  });
}

type Update = (undiffused: Undiffused, noise: Float32Array, now: Scale, next: Scale) => Float32Array;

/** Deterministic (Song et al. 2021, eq. 12 with eta 0): the noise is not used. */
const ddim: Update = ({ x0, epsilon }, _noise, _now, next) => mix(x0, next.a, epsilon, next.b);

/** Ancestral: DDIM with eta 1 (Song et al. 2021, eq. 12 and 16), which is DDPM. */
const ddpm: Update = ({ x0, epsilon }, noise, now, next) => {
  const sigma = Math.sqrt(next.b ** 2 / now.b ** 2) * Math.sqrt(Math.max(0, 1 - now.a ** 2 / next.a ** 2));
  const direction = Math.sqrt(Math.max(0, next.b ** 2 - sigma ** 2));
  return mix(mix(x0, next.a, epsilon, direction), 1, noise, sigma);
};

/** Consistency sampling (Luo et al. 2023; official framework): noise x0 again. */
const lcm: Update = ({ x0 }, noise, _now, next) => mix(x0, next.a, noise, next.b);

/** DDPM as in diffusers' DDPMWuerstchenScheduler: posterior mean from epsilon (Ho et al. 2020, eq. 11), no noise after the last step. */
function ddpmWuerstchen(
  x: Float32Array,
  epsilon: Float32Array,
  noise: Float32Array,
  barT: number,
  barNext: number,
  last: boolean,
): Float32Array {
  const alpha = barT / barNext;
  const mean = mix(x, 1 / Math.sqrt(alpha), epsilon, -(1 - alpha) / Math.sqrt(alpha * (1 - barT)));
  return last ? mean : mix(mean, 1, noise, Math.sqrt(((1 - alpha) * (1 - barNext)) / (1 - barT)));
}

function step(
  timestep_ratio: number,
  target: Target,
  scale: Scale,
  next: (x: Float32Array, undiffused: Undiffused, noise: Float32Array) => Float32Array,
): Step {
  return {
    timestep_ratio,
    advance(x, prediction, noise) {
      const undiffused = undiffuse(target, x, prediction, scale);
      return { x: next(x, undiffused, noise), x0: undiffused.x0 };
    },
  };
}

function scaleOf(signal: number): Scale {
  return { a: Math.sqrt(signal), b: Math.sqrt(1 - signal) };
}

function pairs(values: readonly number[]): (readonly [number, number])[] {
  return values.slice(1).map((next, i) => [values[i] ?? 0, next]);
}
