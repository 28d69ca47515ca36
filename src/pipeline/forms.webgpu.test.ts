import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { gpuEngine } from "../../fixtures/gpu-engine.ts";
import { Engine } from "../runtime/engine.ts";
import { loadOrt } from "../runtime/ort-browser.ts";
import { urlFolder } from "../runtime/url-folder.ts";
import type { Cascade } from "./cascade.ts";
import { openCascade } from "./open-cascade.ts";
import { textToImage } from "./text-to-image.ts";
import type { Pixels, Settings } from "./types.ts";

// Each form of a network fails in turn, in the middle of a picture, and the next one finishes it.

const settings: Settings = {
  prompt: "a yellow star on a blue background",
  negativePrompt: "",
  width: 256,
  height: 256,
  seed: 3,
  stageC: { steps: 4, guidance: 1, sampler: "ddpm" },
  stageB: { steps: 1, guidance: 1, sampler: "ddpm" },
};
const folder = urlFolder(new URL("/models/mini/", location.href));

interface Drawn {
  readonly image: Pixels;
  readonly notes: readonly string[];
}

async function drawn(cascade: Cascade): Promise<Drawn> {
  const notes: string[] = [];
  for await (const event of textToImage(cascade, settings, { previews: false })) {
    if (event.type === "note") notes.push(event.message);
    if (event.type === "picture") return { image: event.image, notes };
  }
  throw new Error("no picture");
}

function difference(a: Pixels, b: Pixels): number {
  return a.data.reduce((sum, value, i) => sum + Math.abs(value - (b.data[i] ?? 0)), 0) / a.data.length;
}

let engine: Engine;
let cascade: Cascade;
let wasm: Pixels;
let recorded: Drawn;

beforeAll(async () => {
  const processor = await openCascade(Engine.onWasm(await loadOrt("wasm")), folder, { backend: "wasm", reason: "a test" });
  wasm = (await drawn(processor)).image;
  await processor.runtime.dispose();
  ({ engine } = await gpuEngine(await loadOrt("webgpu")));
  cascade = await openCascade(engine, folder, { backend: "webgpu", reason: "a test" });
  recorded = await drawn(cascade);
});
afterAll(() => cascade.runtime.dispose());
afterEach(() => vi.restoreAllMocks());

/** Has the next evaluation of Stage C that is not recorded fail. */
function failNextStep(): void {
  const run = engine.run.bind(engine);
  let failed = false;
  vi.spyOn(engine, "run").mockImplementation(async (session, inputs) => {
    if (failed || !("sample" in inputs)) return await run(session, inputs);
    failed = true;
    throw new TypeError("the runtime failed");
  });
}

test("commands that are recorded draw WebAssembly's picture", () => {
  expect(recorded.notes).toEqual([]);
  expect(difference(recorded.image, wasm)).toBeLessThan(0.5);
});

test("recorded commands that fail at the second step are sent anew: the same picture", async () => {
  const replay = engine.replay.bind(engine);
  const spy = vi.spyOn(engine, "replay").mockImplementation(async (...step) => {
    if (spy.mock.calls.length === 2) throw new TypeError("the runtime failed");
    return await replay(...step);
  });
  const { image, notes } = await drawn(cascade);
  expect(notes).toEqual(["Stage C failed when its recorded commands were replayed, so they are sent anew at each step: a little slower."]);
  // The same kernels over the same numbers.
  expect(image).toEqual(recorded.image);
});

test("where fused attention fails, it is computed in parts; what is recorded and failed in an earlier picture is not tried", async () => {
  const replay = vi.spyOn(engine, "replay");
  failNextStep();
  const { image, notes } = await drawn(cascade);
  expect(notes).toEqual(["Stage C failed with fused attention, so attention is computed in parts: a little slower."]);
  expect(replay).not.toHaveBeenCalled();
  expect(difference(image, wasm)).toBeLessThan(0.5);
});

test("where the GPU fails, the processor finishes the picture", async () => {
  failNextStep();
  const { image, notes } = await drawn(cascade);
  expect(notes).toEqual(["Stage C failed on the GPU, so the processor computes it: slower, but right."]);
  expect(difference(image, wasm)).toBeLessThan(0.5);
});
