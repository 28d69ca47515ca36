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

const fixed = { sizes: unetSizes({ ...conditioning(0), sample: { dims } }) };
const step = (i: number, prompt: number) => ({
  sample: wave(dims, 2 * i + prompt),
  timestep_ratio: { data: new Float32Array(2).fill(0.9 - 0.3 * i), dims: [2] },
});

async function outputs(network: Network): Promise<Float32Array[]> {
  const made: Float32Array[] = [];
  for (const prompt of [0, 1]) {
    const held = await network.hold(conditioning(prompt));
    for (const i of [0, 1]) {
      const { output } = await held.run(step(i, prompt));
      if (output === undefined) throw new Error("no output");
      made.push(output.data);
    }
    await held.release();
  }
  return made;
}

/** The numbers of the network as it is run unrecorded. */
const expected = await outputs(await runtime.open("stage-c"));

test("a network replayed is the same as run, for each prompt and step", async () => {
  expect(new Set(expected.map((data) => data.join())).size).toBe(4);
  // The same kernels over the same numbers.
  expect(await outputs(await runtime.open("stage-c", undefined, fixed))).toEqual(expected);
  expect(await engine.canReplay()).toBe(true);
});

test("two that hold different inputs of one recording and take turns each get their own numbers", async () => {
  const open = async (prompt: number) => await (await runtime.open("stage-c", undefined, fixed)).hold(conditioning(prompt));
  const held = [await open(0), await open(1)];
  const turns: (Float32Array | undefined)[][] = [[], []];
  for (const i of [0, 1]) {
    for (const [prompt, network] of held.entries()) turns[prompt]?.push((await network.run(step(i, prompt))).output?.data);
  }
  expect(turns.flat()).toEqual(expected);
});

test("on a GPU in software nothing is run ahead", async ({ skip }) => {
  skip(!engine.isSoftwareGpu, "this GPU is real");
  expect(runtime.runsAhead).toBe(false);
});
