import { expect, it } from "vitest";
import type { WeightSpec } from "../onnx/weight.ts";
import * as w from "../onnx/weight-expr.ts";
import { placeWeights } from "./placement.ts";

function dense(name: string, floats: number): WeightSpec {
  return {
    weight: w.tensor(name, [floats]),
    encoding: { kind: "dense", dtype: "float32" },
    initializers: [{ name, dtype: "float32", shape: [floats] }],
  };
}

it("starts small initializers on cache lines and large ones on pages", () => {
  const { places, shards } = placeWeights([dense("a", 3), dense("b", 1), dense("large", 2 ** 18)], "stage-c.onnx");
  expect([...places.values()]).toEqual([
    { location: "stage-c.onnx.data", offset: 0, length: 12 },
    { location: "stage-c.onnx.data", offset: 64, length: 4 },
    { location: "stage-c.onnx.data", offset: 4096, length: 2 ** 20 },
  ]);
  expect(shards.map(({ file }) => file)).toEqual(["stage-c.onnx.data"]);
});

it("begins a new shard where the limit would be passed, and keeps a weight's initializers together", () => {
  const pair: WeightSpec = {
    ...dense("pair", 32),
    initializers: [
      { name: "pair.quantized", dtype: "uint8", shape: [64] },
      { name: "pair.scales", dtype: "float16", shape: [1] },
    ],
  };
  const { places, shards } = placeWeights([dense("a", 16), pair, dense("larger than a shard", 100), dense("z", 1)], "x", 128);
  expect(shards.map(({ file, weights }) => [file, weights.length])).toEqual([
    ["x.data", 1],
    ["x.data.1", 1],
    ["x.data.2", 1],
    ["x.data.3", 1],
  ]);
  expect(places.get("pair.scales")).toEqual({ location: "x.data.1", offset: 64, length: 2 });
});
