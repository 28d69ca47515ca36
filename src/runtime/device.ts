import { CascadeError } from "../shared/errors.ts";
import type { Backend } from "./types.ts";

/** What the user asked for; "auto" decides by the machine. */
export type BackendChoice = Backend | "auto";

export interface ChosenBackend {
  readonly backend: Backend;
  /** One sentence for the user. */
  readonly reason: string;
}

/**
 * WebGPU where there is a real adapter, else WASM: a software adapter computes the same some 20 times slower than WASM does. The user's choice wins; rejects
 * with `no-webgpu` where that cannot be had.
 */
export async function chooseBackend(choice: BackendChoice): Promise<ChosenBackend> {
  if (choice === "wasm") return { backend: "wasm", reason: "WebAssembly on the processor, as you chose." };
  const adapter = await requestAdapter();
  if (choice === "webgpu") {
    if (adapter === undefined) {
      throw new CascadeError(
        "no-webgpu",
        "This browser gives no WebGPU adapter: choose WebAssembly or Automatic, or use a browser with WebGPU.",
      );
    }
    const lack = lackOf(adapter);
    if (lack !== undefined) throw new CascadeError("no-webgpu", `${lack}: choose WebAssembly or Automatic.`);
    return { backend: "webgpu", reason: `WebGPU on ${nameOf(adapter)}${withoutHalf(adapter)}, as you chose.` };
  }
  if (adapter === undefined) return { backend: "wasm", reason: "This browser has no WebGPU, so the processor draws, by WebAssembly." };
  if (isSoftware(adapter)) {
    return { backend: "wasm", reason: "WebGPU runs in software here, slower than WebAssembly, so the processor draws." };
  }
  const lack = lackOf(adapter);
  if (lack !== undefined) return { backend: "wasm", reason: `${lack}, so the processor draws.` };
  return { backend: "webgpu", reason: `WebGPU on ${nameOf(adapter)}${withoutHalf(adapter)}.` };
}

/** WebGPU promises these much; a browser in a compatibility mode may give less, and the networks' buffers don't fit. */
const LEAST = { maxStorageBufferBindingSize: 128 * 2 ** 20, maxStorageBuffersPerShaderStage: 8 } as const;

/** What the GPU has too little of, as the start of a sentence. */
function lackOf({ limits }: GPUAdapter): string | undefined {
  if (limits.maxStorageBufferBindingSize < LEAST.maxStorageBufferBindingSize) {
    return `This GPU's buffers hold ${Math.floor(limits.maxStorageBufferBindingSize / 2 ** 20)} MB, less than the 128 MB the model needs`;
  }
  if (limits.maxStorageBuffersPerShaderStage < LEAST.maxStorageBuffersPerShaderStage) {
    return `This GPU gives a shader ${limits.maxStorageBuffersPerShaderStage} buffers, fewer than the 8 the model needs`;
  }
  return undefined;
}

function withoutHalf({ features }: GPUAdapter): string {
  return features.has("shader-f16") ? "" : ", without half precision (shader-f16)";
}

/** The adapter the networks would run on; undefined where there is none. */
export async function requestAdapter(): Promise<GPUAdapter | undefined> {
  // `gpu` is absent in browsers without WebGPU and outside secure contexts, whatever the types say.
  const gpu: GPU | undefined = navigator.gpu;
  return (await gpu?.requestAdapter({ powerPreference: "high-performance" })) ?? undefined;
}

/** Whether an adapter computes on the processor. */
export function isSoftware(adapter: Pick<GPUAdapter, "info">): boolean {
  return adapter.info.isFallbackAdapter || /swiftshader|llvmpipe|lavapipe|basic render/i.test(nameOf(adapter));
}

/** An adapter's name, as far as the browser says. */
export function nameOf({ info }: Pick<GPUAdapter, "info">): string {
  return [info.vendor, info.architecture, info.description].filter((part) => part !== "").join(" ") || "this machine's GPU";
}

/** Features the provider makes use of; `timestamp-query` and the like it does not. */
const wanted = ["shader-f16", "subgroups"] as const;

/**
 * A device with all the adapter's limits, with or without `subgroups` (see attention-check.ts). From an adapter of its own: one gives one device.
 * Rejects with `no-webgpu` where there is none.
 */
export async function requestDevice({ subgroups }: { readonly subgroups: boolean }): Promise<GPUDevice> {
  const adapter = await requestAdapter();
  if (adapter === undefined)
    throw new CascadeError("no-webgpu", "This browser no longer gives a WebGPU adapter: reload the page, or choose WebAssembly.");
  const requiredFeatures = wanted.filter((feature) => adapter.features.has(feature) && (feature !== "subgroups" || subgroups));
  const { limits } = adapter;
  return await adapter.requestDevice({
    requiredFeatures,
    requiredLimits: {
      maxBufferSize: limits.maxBufferSize,
      maxStorageBufferBindingSize: limits.maxStorageBufferBindingSize,
      maxComputeWorkgroupStorageSize: limits.maxComputeWorkgroupStorageSize,
      maxComputeInvocationsPerWorkgroup: limits.maxComputeInvocationsPerWorkgroup,
      maxComputeWorkgroupSizeX: limits.maxComputeWorkgroupSizeX,
      maxComputeWorkgroupSizeY: limits.maxComputeWorkgroupSizeY,
      maxComputeWorkgroupSizeZ: limits.maxComputeWorkgroupSizeZ,
      maxComputeWorkgroupsPerDimension: limits.maxComputeWorkgroupsPerDimension,
      maxStorageBuffersPerShaderStage: limits.maxStorageBuffersPerShaderStage,
    },
  });
}
