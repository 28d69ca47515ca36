import { expect, test } from "vitest";
import { requestAdapter } from "./device.ts";
import { measureDevice } from "./measure-device.ts";
import { measureGpu } from "./measure-gpu.ts";

test("a device is measured: its GPU's limits and speed, or that it is software, and the processor's", async () => {
  const { gpu, processor } = await measureDevice();
  expect(processor.gflops).toBeGreaterThan(0.1);
  expect(processor.threads).toBeGreaterThanOrEqual(1);
  // Here the adapter is software, which is not measured.
  expect(gpu).toMatchObject({ software: true, gflops: 0 });
  expect(gpu?.maxStorageBufferBindingSize).toBeGreaterThanOrEqual(128 * 2 ** 20);
});

test("the GPU's products are right, and timed", async () => {
  const adapter = await requestAdapter();
  if (adapter === undefined) throw new Error("no adapter");
  const gflops = await measureGpu(adapter);
  expect(gflops).toBeGreaterThan(0);
  expect(gflops).toBeLessThan(1000);
});
