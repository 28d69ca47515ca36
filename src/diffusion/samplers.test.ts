import { describe, expect, test } from "vitest";
import cases from "../../fixtures/cases/samplers.json" with { type: "json" };
import { readSafetensors, tensorOf } from "../../fixtures/read-safetensors.ts";
import { guide } from "./guidance.ts";
import { TorchGenerator } from "./noise.ts";
import { stepsOf } from "./samplers.ts";
import { logSNR, noiseCondition, timesteps } from "./schedule.ts";
import { mix, scaleAt, undiffuse } from "./target.ts";

const tensors = readSafetensors("cases/samplers.safetensors");
// Trajectories: float32 in the reference, float64 scalars here; 20 steps of an expanding map multiply the rounding.
const tolerance = 2e-4;

/** The stand-in network of the golden file. */
const standIn = (x: Float32Array, t: number, k: number) =>
  x.map((value) => Math.tanh(value * (0.5 + 0.3 * k)) * (0.7 + 0.2 * t) + 0.05 * k);

function largestError(a: Float32Array, b: Float32Array): number {
  return a.reduce((worst, value, i) => Math.max(worst, Math.abs(value - (b[i] ?? Number.NaN))), 0);
}

describe("diffusers' DDPMWuerstchenScheduler", () => {
  test.each(cases.runs.filter((run) => run.kind === "DDPMWuerstchenScheduler"))("$name", ({ name, steps, seed, k }) => {
    const generator = new TorchGenerator(seed);
    let x = generator.randn(144);
    expect(largestError(x, tensorOf(tensors, `${name}.init`).data)).toBeLessThan(1e-6);
    stepsOf({ sampler: "ddpm-wuerstchen", target: "epsilon", steps, shift: 1 }).forEach((step, i) => {
      const prediction = standIn(x, step.timestep_ratio, k ?? 0);
      x = step.advance(x, prediction, generator.randn(144)).x;
      expect(largestError(x, tensorOf(tensors, `${name}.step${i}`).data), `step ${i}`).toBeLessThan(tolerance);
    });
  });
});

const samplers = { DDPMSampler: "ddpm", DDIMSampler: "ddim", LCMSampler: "lcm" } as const;

describe("the official framework", () => {
  test.each(cases.runs.filter((run) => run.kind !== "DDPMWuerstchenScheduler"))("$name", (run) => {
    const { name, steps, seed, shift = 1, t_start: start = 1, cfg, cfg_rho: rho = 0 } = run;
    const times = timesteps(steps, start);
    times.forEach((t, i) => {
      // Float32 rounding near alpha-bar 0.9999 moves the reference's logSNR by up to 1e-3.
      expect(Math.abs(logSNR(t, shift) - (run.logSNR?.[i] ?? Number.NaN))).toBeLessThan(2e-3);
      expect(Math.abs(noiseCondition(logSNR(t, shift)) - (run.noise_cond?.[i] ?? Number.NaN))).toBeLessThan(1e-5);
    });
    const generator = new TorchGenerator(seed);
    let x: Float32Array;
    if (start < 1) {
      const { a, b } = scaleAt(logSNR(start, shift));
      x = mix(tensorOf(tensors, `${name}.base`).data, a, generator.randn(144), b);
      expect(largestError(x, tensorOf(tensors, `${name}.init`).data)).toBeLessThan(tolerance);
    } else x = generator.randn(144);
    const sampler = samplers[run.kind as keyof typeof samplers];
    stepsOf({ sampler, target: "epsilon", steps, shift, start }).forEach((step, i) => {
      const conditional = standIn(x, step.timestep_ratio, 1);
      const prediction = cfg == null ? conditional : guide(conditional, standIn(x, step.timestep_ratio, 0), cfg, rho);
      const noise = sampler === "ddim" ? new Float32Array(x.length) : generator.randn(x.length);
      const next = step.advance(x, prediction, noise);
      expect(largestError(next.x0, tensorOf(tensors, `${name}.step${i}.x0`).data), `x0 of step ${i}`).toBeLessThan(tolerance * 10);
      expect(largestError(next.x, tensorOf(tensors, `${name}.step${i}.x`).data), `x of step ${i}`).toBeLessThan(tolerance * 10);
      x = next.x;
    });
  });
});

test("each target gives back the x0 and epsilon that x was mixed from", () => {
  const generator = new TorchGenerator(5);
  const [x0, epsilon] = [generator.randn(64), generator.randn(64)];
  for (const t of [0.05, 0.5, 0.95]) {
    const scale = scaleAt(logSNR(t));
    const x = mix(x0, scale.a, epsilon, scale.b);
    const predictions = { epsilon, x0, v: mix(epsilon, scale.a, x0, -scale.b) };
    for (const target of ["epsilon", "x0", "v"] as const) {
      const found = undiffuse(target, x, predictions[target], scale);
      expect(largestError(found.x0, x0), target).toBeLessThan(1e-4);
      expect(largestError(found.epsilon, epsilon), target).toBeLessThan(1e-4);
    }
  }
});

test.each(["ddpm-wuerstchen", "ddpm", "ddim", "lcm"] as const)("%s draws the same whatever the network predicts", (sampler) => {
  const results = (["epsilon", "x0", "v"] as const).map((target) => {
    const generator = new TorchGenerator(9);
    let x = generator.randn(64);
    for (const step of stepsOf({ sampler, target, steps: 6, shift: 1 })) {
      const scale = scaleAt(logSNR(step.timestep_ratio));
      const x0 = x.map(Math.tanh);
      const epsilon = mix(x, 1 / scale.b, x0, -scale.a / scale.b);
      const predictions = { epsilon, x0, v: mix(epsilon, scale.a, x0, -scale.b) };
      x = step.advance(x, predictions[target], generator.randn(64)).x;
    }
    return x;
  });
  // Near t = 1 epsilon is divided by a = 0.01: its float32 rounding grows a hundredfold.
  for (const result of results) expect(largestError(result, results[0] ?? result)).toBeLessThan(2e-4);
});
