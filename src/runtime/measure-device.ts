import { isSoftware, nameOf, requestAdapter } from "./device.ts";
import type { DeviceMeasure } from "./device-measure.ts";
import { measureGpu } from "./measure-gpu.ts";
import { measureProcessor } from "./measure-processor.ts";

/** Measures GPU and processor, some seconds in all. */
export async function measureDevice(): Promise<DeviceMeasure> {
  const adapter = await requestAdapter();
  const processor = await measureProcessor();
  if (adapter === undefined) return { processor };
  const { maxBufferSize, maxStorageBufferBindingSize } = adapter.limits;
  const about = {
    name: nameOf(adapter),
    software: isSoftware(adapter),
    half: adapter.features.has("shader-f16"),
    maxBufferSize,
    maxStorageBufferBindingSize,
  };
  // Nobody draws by a software adapter unasked, and measuring it is slow.
  return { gpu: { ...about, gflops: about.software ? 0 : await measureGpu(adapter).catch(() => 0) }, processor };
}
