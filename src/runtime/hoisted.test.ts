import { beforeAll, describe, expect, it, vi } from "vitest";
import { smallCascade } from "../../fixtures/small-cascade.ts";
import { hoist } from "../onnx/hoist.ts";
import type { PrecisionName } from "../shared/manifest.ts";
import { parseManifest } from "../shared/parse-manifest.ts";
import { sizeOf, type Tensor } from "../shared/tensor.ts";
import { Engine } from "./engine.ts";
import { CHANGING } from "./hoisted.ts";
import { loadOrtForNode } from "./ort-node.ts";
import { createRuntime } from "./runtime.ts";
import type { ModelFolder } from "./types.ts";

let engine: Engine;

beforeAll(async () => {
  engine = Engine.onWasm(await loadOrtForNode());
});

const graphOf = async (folder: ModelFolder, part: string) => new Uint8Array(await (await folder.read(`${part}.onnx`)).arrayBuffer());

function wave(dims: readonly number[], step: number): Tensor {
  return { data: Float32Array.from({ length: sizeOf(dims) }, (_, i) => Math.sin(i * step)), dims };
}

/** Stage C of the small cascade: its runtime, its graph as it is, and inputs. */
async function stageC(precision: PrecisionName) {
  const folder = await smallCascade(precision);
  const manifest = parseManifest(await (await folder.read("cascade.json")).text());
  const { config } = manifest.parts["stage-c"];
  const channels = (name: string) => Number(config[name]);
  const told = {
    clip_text: wave([2, 77, channels("clip_text_in_channels")], 0.7),
    clip_text_pooled: wave([2, 1, channels("clip_text_pooled_in_channels")], 0.9),
    clip_img: wave([2, 1, channels("clip_image_in_channels")], 1.9),
  };
  const changing = (step: number) => ({
    sample: wave([2, channels("in_channels"), 6, 8], 1 + step),
    timestep_ratio: { data: Float32Array.of(0.9 / step, 0.9 / step), dims: [2] },
  });
  const data = [{ path: "stage-c.onnx.data", data: await folder.read("stage-c.onnx.data") }];
  const whole = await engine.createSession(await graphOf(folder, "stage-c"), data);
  const expected = async (step: number) => (await engine.run(whole, { ...told, ...changing(step) })).output;
  return { folder, runtime: createRuntime(engine, folder, manifest, { backend: "wasm", reason: "a test" }), told, changing, expected };
}

describe("a denoiser on the processor", () => {
  it.each(["q8", "q4", "f32"] as const)(
    "at %s gives the same numbers, and computes the conditioning once while it is held",
    async (precision) => {
      const { runtime, told, changing, expected } = await stageC(precision);
      const network = await runtime.open("stage-c");
      const runs = vi.spyOn(engine, "run");
      const held = await network.hold(told);
      const outputs = [await held.run(changing(1)), await held.run(changing(2))];
      expect(runs).toHaveBeenCalledTimes(3);
      runs.mockRestore();
      expect(outputs.map(({ output }) => output)).toEqual([await expected(1), await expected(2)]);
    },
  );

  it("gives them with nothing held, with a part of it held, and with what is held replaced", async () => {
    const { runtime, told, changing, expected } = await stageC("q8");
    const network = await runtime.open("stage-c");
    const { clip_text, ...others } = told;
    expect((await network.run({ ...told, ...changing(1) })).output).toEqual(await expected(1));
    const part = await network.hold(others);
    expect((await part.run({ clip_text, ...changing(1) })).output).toEqual(await expected(1));
    const replaced = await (await network.hold({ ...told, clip_text: wave(clip_text.dims, 3) })).hold({ clip_text });
    expect((await replaced.run(changing(1))).output).toEqual(await expected(1));
  });
});

describe("the cut", () => {
  it("leaves the steps no product with the text, and the published inputs where they are needed", async () => {
    const { folder } = await stageC("q8");
    const parts = hoist(await graphOf(folder, "stage-c"), CHANGING);
    expect(parts?.once.inputs).toEqual(["clip_text", "clip_text_pooled", "clip_img"]);
    const [sample, ratio, ...carried] = parts?.step.inputs ?? [];
    expect([sample, ratio]).toEqual(CHANGING);
    // Keys and values of each attention block.
    expect(carried.length).toBeGreaterThan(0);
    for (const name of carried) expect(name).toMatch(/attention\.to_[kv]\//);
    expect(new TextDecoder("latin1").decode(parts?.step.model)).not.toMatch(/kv_mapper|clip_/);
  });

  it("is not made where nothing stays the same, or nothing changes", async () => {
    const folder = await smallCascade("q8");
    for (const part of ["stage-b", "stage-a", "text-encoder"]) expect(hoist(await graphOf(folder, part), CHANGING), part).toBeUndefined();
  });
});
