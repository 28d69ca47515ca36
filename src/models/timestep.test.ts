import * as ort from "onnxruntime-web";
import { expect, test } from "vitest";
import { GraphBuilder } from "../onnx/builder.ts";
import { dim } from "../onnx/dim.ts";
import { writeModel } from "../onnx/write.ts";
import type { WeightRole } from "./precision.ts";
import { embeddingOfZero, timestepEmbedding } from "./timestep.ts";

async function embed(ratios: readonly number[], dimension: number): Promise<Float32Array> {
  const graph = new GraphBuilder<WeightRole>("time", () => ({ kind: "dense", dtype: "float32" }));
  const output = timestepEmbedding(graph.root, graph.input("r", "float32", [dim("batch")]), dimension);
  const model = writeModel(graph.finish({ output }), () => ({ location: "", offset: 0, length: 0 }));
  const session = await ort.InferenceSession.create(model, { executionProviders: ["wasm"] });
  const { output: result } = await session.run({ r: new ort.Tensor("float32", Float32Array.from(ratios), [ratios.length]) });
  await session.release();
  if (!(result?.data instanceof Float32Array)) throw new Error("no output");
  return result.data;
}

test.each([64, 32, 33])("sines and cosines of %i frequencies, at any time, as torch has them", async (dimension) => {
  const ratios = [0, 1, 0.5, 0.7, 1e-5, 0.00031415927, ...Array.from({ length: 400 }, (_, i) => (i + 0.37) / 401)];
  const half = Math.floor(dimension / 2);
  const result = await embed(ratios, dimension);
  let worst = 0;
  for (let row = 0; row < dimension; row++) {
    ratios.forEach((ratio, column) => {
      // float32 where torch's is, float64 from there on
      const position = Math.fround(Math.fround(ratio) * 10000);
      const step = Math.fround(-Math.log(10000) / (half - 1));
      const angle = Math.fround(position * Math.fround(Math.exp(Math.fround(step * (row % half)))));
      const expected = row >= 2 * half ? 0 : row < half ? Math.sin(angle) : Math.cos(angle);
      worst = Math.max(worst, Math.abs((result[row * ratios.length + column] ?? Number.NaN) - expected));
    });
  }
  // A float32 angle of up to two turns is 5e-7 off, the table's tangent 1e-6.
  expect(worst).toBeLessThan(3e-6);
});

test("the embedding of 0 is what the network makes of 0", async () => {
  for (const dimension of [64, 33]) {
    const result = await embed([0], dimension);
    for (const [i, value] of embeddingOfZero(dimension).entries()) expect(result[i]).toBeCloseTo(value, 5);
  }
});
