import { expect, test } from "vitest";
import { gpuEngine } from "../../fixtures/gpu-engine.ts";
import { unetSizes } from "../models/unet.ts";
import { GraphBuilder } from "../onnx/builder.ts";
import { add } from "../onnx/ops/elementwise.ts";
import { writeModel } from "../onnx/write.ts";
import { parseManifest } from "../shared/parse-manifest.ts";
import { sizeOf, type Tensor } from "../shared/tensor.ts";
import type { Session } from "./ort.ts";
import { loadOrt } from "./ort-browser.ts";
import { urlFolder } from "./url-folder.ts";

// In a file of its own, with nothing run before: whether the fault it looks for is seen depends on which addresses are free in the runtime's heap.

/** y = x + x + …, 41 times x: a session of many small allocations. */
function manyAdds(): Uint8Array {
  const graph = new GraphBuilder("adds", () => ({ kind: "dense", dtype: "float32" }));
  const x = graph.input("x", "float32", [4]);
  let y = x;
  for (let i = 0; i < 40; i++) y = add(graph.root, y, x);
  return writeModel(graph.finish({ y }));
}

const wave = (dims: readonly number[], phase = 0): Tensor => ({
  data: Float32Array.from({ length: sizeOf(dims) }, (_, i) => Math.sin(0.37 * i + phase)),
  dims,
});

test("sessions made between the runs of a recording change none of its numbers", async () => {
  const loaded = await loadOrt("webgpu");
  const { engine } = await gpuEngine(loaded);
  const folder = urlFolder(new URL("/models/mini/", location.href));
  const { parts } = parseManifest(await (await folder.read("cascade.json")).text());
  const { graph, data, config } = parts["stage-c"];
  const held = {
    clip_text: wave([2, 77, Number(config.clip_text_in_channels)]),
    clip_text_pooled: wave([2, 1, Number(config.clip_text_pooled_in_channels)]),
    clip_img: wave([2, 1, Number(config.clip_image_in_channels)]),
  };
  const dims = [2, 16, 6, 6];
  const step = (i: number) => ({ sample: wave(dims, i), timestep_ratio: { data: new Float32Array(2).fill(0.9 - 0.1 * i), dims: [2] } });
  const model = new Uint8Array(await (await folder.read(graph.file)).arrayBuffer());
  const external = await Promise.all(data.map(async ({ file }) => ({ path: file, data: await folder.read(file) })));
  const recording = await engine.record(model, external, { sizes: unetSizes({ ...held, sample: { dims } }) });
  if (recording === undefined) throw new Error("no recording");
  const others: Session[] = [];
  const outputs: Float32Array[] = [];
  for (let i = 0; i < 4; i++) {
    const { output } = await engine.replay(recording, step(i), held);
    outputs.push(output?.data ?? new Float32Array());
    for (let k = 0; k < 3; k++) others.push(await engine.createSession(manyAdds(), []));
  }
  const plain = await engine.createSession(model, external);
  for (const [i, output] of outputs.entries()) {
    // The same kernels over the same numbers.
    expect((await engine.run(plain, { ...held, ...step(i) })).output?.data, `run ${i}`).toEqual(output);
  }
  for (const session of [...others, plain]) await engine.release(session);
  await engine.releaseRecording(recording);
  engine.dispose();
});
