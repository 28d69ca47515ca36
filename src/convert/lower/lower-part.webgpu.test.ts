import { expect, test } from "vitest";
import { cosine } from "../../../fixtures/golden.ts";
import { gpuEngine } from "../../../fixtures/gpu-engine.ts";
import { loadOrt } from "../../runtime/ort-browser.ts";
import type { FewerBits, PrecisionName } from "../../shared/manifest.ts";
import type { PartFiles } from "../../shared/part-files.ts";
import { sizeOf, type Tensor } from "../../shared/tensor.ts";
import { type ByteSource, blobSource } from "../byte-source.ts";
import { convert } from "../convert.ts";
import { memoryFolder } from "../output-folder.ts";
import { preparePart } from "../prepare-part.ts";
import { lowerPart } from "./lower-part.ts";

async function file(path: string): Promise<ByteSource> {
  const response = await fetch(`/fixtures/checkpoints/${path}`);
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return blobSource(await response.blob(), path.split("/").at(-1) ?? path);
}

const checkpoint = async () => [await file("prior/diffusion_pytorch_model.safetensors"), await file("prior/config.json")];

async function stageC(precision: PrecisionName): Promise<PartFiles> {
  const folder = memoryFolder();
  for await (const _ of convert({ name: "small", precision, parts: { "stage-c": await checkpoint() } }, folder));
  const path = "stage-c.onnx.data";
  const bytes = (name: string) => folder.files.get(name) ?? new Uint8Array();
  return { model: bytes("stage-c.onnx"), data: [{ path, data: new Blob([bytes(path)]) }] };
}

const wave = (dims: readonly number[], step: number): Tensor => ({
  data: Float32Array.from({ length: sizeOf(dims) }, (_, i) => Math.sin(i * step)),
  dims,
});

// The WebGPU build reads weights from Blobs, range by range: here, ranges of matrices that are quantized as they are read.
test("a session on WebGPU reads weights that get fewer bits on the way", async () => {
  const { config } = await preparePart("stage-c", await checkpoint(), { precision: "f16" });
  const number = (name: string) => Number(config[name]);
  const inputs = {
    sample: wave([1, number("in_channels"), 6, 8], 1.3),
    timestep_ratio: { data: Float32Array.of(0.6), dims: [1] },
    clip_text: wave([1, 77, number("clip_text_in_channels")], 0.7),
    clip_text_pooled: wave([1, 1, number("clip_text_pooled_in_channels")], 0.9),
    clip_img: wave([1, 1, number("clip_image_in_channels")], 1.9),
  };
  const loaded = await loadOrt("webgpu");
  expect(loaded.build).toBe("jspi");
  const { engine } = await gpuEngine(loaded);
  const output = async ({ model, data }: PartFiles): Promise<Float32Array> => {
    const session = await engine.createSession(model, data);
    const outputs = await engine.run(session, inputs);
    await engine.release(session);
    return outputs.output?.data ?? new Float32Array();
  };
  const half = await stageC("f16");
  const stored = await output(half);
  for (const to of ["q8", "q4"] as const satisfies readonly FewerBits[]) {
    const part = lowerPart("stage-c", config, half, to);
    if (part === undefined) throw new Error("it was not lowered");
    const lowered = await output(part);
    expect(cosine(lowered, await output(await stageC(to))), to).toBeGreaterThan(to === "q8" ? 0.99999 : 0.999);
    expect(cosine(lowered, stored), to).toBeLessThan(0.9999999);
  }
  engine.dispose();
});
