import { afterAll, expect, test } from "vitest";
import { gpuEngine } from "../../fixtures/gpu-engine.ts";
import { unetSizes } from "../models/unet.ts";
import { parseManifest } from "../shared/parse-manifest.ts";
import { sizeOf, type Tensor } from "../shared/tensor.ts";
import { loadOrt } from "./ort-browser.ts";
import { createRuntime } from "./runtime.ts";
import type { Network } from "./types.ts";
import { urlFolder } from "./url-folder.ts";

// The embedded model's Stage C, at the smallest picture it makes: attention, both kinds of level change, all kinds of input.
const folder = urlFolder(new URL("/models/mini/", location.href));
const manifest = parseManifest(await (await folder.read("cascade.json")).text());
const { engine } = await gpuEngine(await loadOrt("webgpu"));
const runtime = createRuntime(engine, folder, manifest, { backend: "webgpu", reason: "a test" });
afterAll(() => runtime.dispose());

const wave = (dims: readonly number[], phase: number): Tensor => ({
  data: Float32Array.from({ length: sizeOf(dims) }, (_, i) => Math.sin(0.37 * i + phase)),
  dims,
});
const { config } = manifest.parts["stage-c"];
const conditioning = (phase: number) => ({
  clip_text: wave([2, 77, Number(config.clip_text_in_channels)], phase),
  clip_text_pooled: wave([2, 1, Number(config.clip_text_pooled_in_channels)], phase),
  clip_img: wave([2, 1, Number(config.clip_image_in_channels)], phase),
});
const dims = [2, 16, 6, 6];

async function outputs(network: Network): Promise<Float32Array[]> {
  const made: Float32Array[] = [];
  for (const prompt of [0, 1]) {
    const held = await network.hold(conditioning(prompt));
    for (const step of [0, 1]) {
      const timestep_ratio = { data: new Float32Array(2).fill(0.9 - 0.3 * step), dims: [2] };
      const { output } = await held.run({ sample: wave(dims, 2 * step + prompt), timestep_ratio });
      if (output === undefined) throw new Error("no output");
      made.push(output.data);
    }
    await held.release();
  }
  return made;
}

test("a network replayed is the same as run, for each prompt and step", async () => {
  const expected = await outputs(await runtime.open("stage-c"));
  expect(new Set(expected.map((data) => data.join())).size).toBe(4);
  const fixed = { sizes: unetSizes({ ...conditioning(0), sample: { dims } }), output: dims };
  // The same kernels over the same numbers.
  expect(await outputs(await runtime.open("stage-c", undefined, fixed))).toEqual(expected);
  expect(await engine.canReplay()).toBe(true);
});
