import { afterEach, expect, test, vi } from "vitest";
import { startEngine } from "./start-engine.ts";

afterEach(() => vi.restoreAllMocks());

/** An adapter that looks like a real GPU, with less than it has. */
function lesserAdapter(change: (adapter: GPUAdapter) => void): void {
  vi.spyOn(navigator.gpu, "requestAdapter").mockImplementation(async () => {
    const adapter = await GPU.prototype.requestAdapter.call(navigator.gpu);
    if (adapter === null) throw new Error("this Chromium has no WebGPU adapter");
    vi.spyOn(adapter, "info", "get").mockReturnValue({
      ...{ vendor: "acme", architecture: "", device: "", description: "", subgroupMinSize: 32, subgroupMaxSize: 32 },
      ...{ isFallbackAdapter: false, __brand: "GPUAdapterInfo" as const },
    });
    change(adapter);
    return adapter;
  });
}

const brokenAdapter = () => lesserAdapter((adapter) => vi.spyOn(adapter, "requestDevice").mockRejectedValue(new Error("no device today")));

test("where WebGPU fails to start and nobody asked for it, WASM takes over and says why", async () => {
  brokenAdapter();
  const { engine, about } = await startEngine("auto");
  expect(about).toEqual({ backend: "wasm", reason: "WebGPU did not start here (no device today), so the processor draws." });
  engine.dispose();
});

test("where WebGPU was demanded, its failure is told with what to do", async () => {
  brokenAdapter();
  await expect(startEngine("webgpu")).rejects.toMatchObject({
    code: "no-webgpu",
    message: "WebGPU did not start here (no device today): choose WebAssembly or Automatic.",
  });
});

test("without an adapter, WASM draws unless WebGPU was demanded", async () => {
  vi.spyOn(navigator.gpu, "requestAdapter").mockResolvedValue(null);
  expect((await startEngine("auto")).about.backend).toBe("wasm");
  await expect(startEngine("webgpu")).rejects.toMatchObject({ code: "no-webgpu" });
});

test("a GPU whose buffers are too small draws nothing: the processor does, or the demand is refused", async () => {
  lesserAdapter((adapter) => vi.spyOn(adapter.limits, "maxStorageBufferBindingSize", "get").mockReturnValue(64 * 2 ** 20));
  const lack = "This GPU's buffers hold 64 MB, less than the 128 MB the model needs";
  expect((await startEngine("auto")).about).toEqual({ backend: "wasm", reason: `${lack}, so the processor draws.` });
  await expect(startEngine("webgpu")).rejects.toMatchObject({ code: "no-webgpu", message: `${lack}: choose WebAssembly or Automatic.` });
});

test("without half precision WebGPU draws all the same, and says so", async () => {
  lesserAdapter((adapter) => vi.spyOn(adapter.features, "has").mockImplementation((name) => name !== "shader-f16"));
  const { engine, about } = await startEngine("auto");
  expect(about.backend).toBe("webgpu");
  expect(about.reason).toContain("acme, without half precision (shader-f16).");
  engine.dispose();
});
