import { afterEach, expect, test, vi } from "vitest";
import { startEngine } from "./start-engine.ts";

afterEach(() => vi.restoreAllMocks());

/** An adapter that looks like a real GPU and gives no device. */
function brokenAdapter(): void {
  vi.spyOn(navigator.gpu, "requestAdapter").mockImplementation(async () => {
    const adapter = await GPU.prototype.requestAdapter.call(navigator.gpu);
    if (adapter === null) throw new Error("this Chromium has no WebGPU adapter");
    vi.spyOn(adapter, "info", "get").mockReturnValue({
      ...{ vendor: "acme", architecture: "", device: "", description: "", subgroupMinSize: 32, subgroupMaxSize: 32 },
      ...{ isFallbackAdapter: false, __brand: "GPUAdapterInfo" as const },
    });
    vi.spyOn(adapter, "requestDevice").mockRejectedValue(new Error("no device today"));
    return adapter;
  });
}

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
