import { expect, test } from "vitest";
import type { Settings } from "../pipeline/types.ts";
import { createCascade } from "./cascade-client.ts";
import type { LoadOptions } from "./protocol.ts";

const stage = { steps: 1, guidance: 1, sampler: "ddpm-wuerstchen" } as const;
const settings: Settings = { prompt: "a red apple", negativePrompt: "", width: 256, height: 256, seed: 1, stageC: stage, stageB: stage };

test("the worker draws with weights at fewer bits where it is asked to", async () => {
  const draw = async (options: Partial<LoadOptions>) => {
    const modelUrl = new URL("/models/mini/", location.href).href;
    const cascade = createCascade({ modelUrl, backend: "wasm", tight: true, ...options });
    try {
      // It is small enough to stay loaded, so nobody would ask this of it.
      expect((await cascade.load()).fewerBits).toEqual([]);
      return await cascade.generate(settings);
    } finally {
      cascade.dispose();
    }
  };
  const stored = await draw({});
  const lowered = await draw({ precision: "q4" });
  expect(lowered.data.length).toBe(stored.data.length);
  const difference = lowered.data.reduce((sum, value, i) => sum + Math.abs(value - (stored.data[i] ?? 0)), 0) / stored.data.length;
  // As much as fewer bits do: not the same picture, and not another one.
  expect(difference).toBeGreaterThan(0.01);
  expect(difference).toBeLessThan(30);
  console.info(`mean difference ${difference.toFixed(2)}/255`);
});
