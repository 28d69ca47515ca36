import { afterAll, expect, test } from "vitest";
import { gpuEngine } from "../../fixtures/gpu-engine.ts";
import { unetSizes } from "../models/unet.ts";
import { GraphBuilder } from "../onnx/builder.ts";
import { add } from "../onnx/ops/elementwise.ts";
import { writeModel } from "../onnx/write.ts";
import { parseManifest } from "../shared/parse-manifest.ts";
import { sizeOf, type Tensor } from "../shared/tensor.ts";
import type { Session } from "./ort.ts";
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

/** `between`: awaited before each run. */
async function outputs(network: Network, between = async (): Promise<void> => {}): Promise<Float32Array[]> {
  const made: Float32Array[] = [];
  for (const prompt of [0, 1]) {
    const held = await network.hold(conditioning(prompt));
    for (const i of [0, 1]) {
      await between();
      const { output } = await held.run(step(i, prompt));
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
  // The same kernels over the same numbers.
  expect(await outputs(await runtime.open("stage-c", undefined, fixed))).toEqual(expected);
  expect(await engine.canReplay()).toBe(true);
});

test("two that hold different inputs of one recording and take turns each get their own numbers", async () => {
  const expected = await outputs(await runtime.open("stage-c", undefined, fixed));
  const open = async (prompt: number) => await (await runtime.open("stage-c", undefined, fixed)).hold(conditioning(prompt));
  const held = [await open(0), await open(1)];
  const turns: (Float32Array | undefined)[][] = [[], []];
  for (const i of [0, 1]) {
    for (const [prompt, network] of held.entries()) turns[prompt]?.push((await network.run(step(i, prompt))).output?.data);
  }
  expect(turns.flat()).toEqual(expected);
});

/** y = x + 1 + … + 1 (40 times): a session of many small allocations. */
function manyAdds(): Uint8Array {
  const graph = new GraphBuilder("adds", () => ({ kind: "dense", dtype: "float32" }));
  const one = graph.constant("float32", [4], new Uint8Array(Float32Array.of(1, 1, 1, 1).buffer));
  let x = graph.input("x", "float32", [4]);
  for (let i = 0; i < 40; i++) x = add(graph.root, x, one);
  return writeModel(graph.finish({ y: x }));
}

test.each(["kept", "released"])("other sessions at work between the runs of a recording, then %s, change nothing", async (then) => {
  const { engine } = await gpuEngine(await loadOrt("webgpu"));
  const runtime = createRuntime(engine, folder, manifest, { backend: "webgpu", reason: "a test" });
  const expected = await outputs(await runtime.open("stage-c"));
  const network = await runtime.open("stage-c", undefined, fixed);
  const others: Session[] = [];
  const x = { data: Float32Array.of(0, 1, 2, 3), dims: [4] };
  const disturb = async (): Promise<void> => {
    for (let i = 0; i < 3; i++) others.push(await engine.createSession(manyAdds(), []));
    for (const session of others) expect((await engine.run(session, { x })).y?.data).toEqual(Float32Array.of(40, 41, 42, 43));
    if (then === "released") for (const session of others.splice(0)) await engine.release(session);
  };
  expect(await outputs(network, disturb)).toEqual(expected);
  for (const session of others) await engine.release(session);
  await runtime.dispose();
});

test("on a GPU in software nothing is run ahead", async ({ skip }) => {
  skip(!engine.isSoftwareGpu, "this GPU is real");
  expect(runtime.runsAhead).toBe(false);
});
