import { describe, expect, test } from "vitest";
import { GraphBuilder } from "./builder.ts";
import { dim, mulDims, sameShape } from "./dim.ts";
import { add, gelu } from "./ops/elementwise.ts";
import { concat, pixelShuffle, reshape, split, transpose } from "./ops/layout.ts";
import { matMul, matMulNBits, multiHeadAttention } from "./ops/matrix.ts";
import { layerNormalization } from "./ops/normalize.ts";
import { conv, resizeBy } from "./ops/spatial.ts";
import type { Encoding } from "./weight.ts";
import * as w from "./weight-expr.ts";
import { writeModel } from "./write.ts";

const f32: Encoding = { kind: "dense", dtype: "float32" };
const f16: Encoding = { kind: "dense", dtype: "float16" };
const q4: Encoding = { kind: "nbits", bits: 4, blockSize: 32, symmetric: false };
const [batch, height, width] = [dim("batch"), dim("height"), dim("width")];

function builder(encoding: Encoding = f32) {
  const graph = new GraphBuilder<"weight">("test", () => encoding);
  const x = graph.input("x", "float32", [batch, 8, height, width]);
  return { graph, s: graph.root, x };
}

describe("names", () => {
  test("nodes, values and weights are named after their scope, the checkpoint's key", () => {
    const { graph, s, x } = builder();
    const block = s.child("down_blocks").child(0).child("depthwise");
    const weight = block.dense("weight", w.tensor(block.key("weight"), [8, 1, 3, 3]), "weight");
    expect(weight.name).toBe("down_blocks.0.depthwise.weight");
    const y = gelu(block, gelu(block, conv(block, x, weight, undefined, { padding: 1, groups: 8 })));
    const { nodes, weights, outputs } = graph.finish({ y });
    expect(nodes.map(({ name }) => name)).toEqual([
      "down_blocks.0.depthwise/Conv",
      "down_blocks.0.depthwise/Gelu",
      "down_blocks.0.depthwise/Gelu#2",
    ]);
    expect(nodes.at(-1)?.outputs).toEqual(["y"]);
    expect(weights).toEqual([
      {
        weight: w.tensor(weight.name, [8, 1, 3, 3]),
        encoding: f32,
        initializers: [{ name: weight.name, dtype: "float32", shape: [8, 1, 3, 3] }],
      },
    ]);
    expect(outputs[0]?.shape.join()).toBe("batch,8,height,width");
  });

  test("a value is not an output twice, and an input is no output", () => {
    const { graph, s, x } = builder();
    const y = gelu(s, x);
    expect(() => graph.finish({ y, z: y })).toThrow(/already has a public name/);
    expect(() => graph.finish({ x2: x })).toThrow(/already has a public name/);
  });
});

describe("shapes", () => {
  test("follow the operators with unknown sides", () => {
    const { s, x } = builder();
    const shapeOf = (value: { shape: readonly unknown[] }) => value.shape.join(", ");
    const channels = (n: number, k: number) => s.float32(new Float32Array(n * k * k * 8), [n, 8, k, k]);
    expect(shapeOf(conv(s, x, channels(4, 2), undefined, { stride: 2 }))).toBe("batch, 4, floor(height/2), floor(width/2)");
    expect(shapeOf(pixelShuffle(s, x, 2))).toBe("batch, 2, 2*height, 2*width");
    expect(shapeOf(resizeBy(s, x, 0.5))).toBe("batch, 8, floor(height/2), floor(width/2)");
    const tokens = reshape(s, transpose(s, x, [0, 2, 3, 1]), [batch, mulDims(height, width), 8]);
    expect(shapeOf(tokens)).toBe("batch, height*width, 8");
    expect(shapeOf(concat(s, [tokens, s.graph.input("kv", "float32", [batch, 85, 8])], 1))).toBe("batch, height*width + 85, 8");
  });

  test("that do not fit are refused where they are made, with the place and both shapes", () => {
    const { s, x } = builder();
    const place = s.child("up_blocks.0");
    expect(() => matMul(place, x, s.float32(new Float32Array(6), [2, 3]))).toThrow(
      "up_blocks.0/MatMul: [batch, 8, height, width] times [2, 3]",
    );
    expect(() => add(place, x, s.float32(new Float32Array(5)))).toThrow(
      "up_blocks.0/Add: [batch, 8, height, width] and [5] do not broadcast",
    );
    expect(() => reshape(place, x, [batch, 8, 4])).toThrow("up_blocks.0/Reshape");
    expect(() => reshape(place, x, [height, 8, width, batch])).toThrow("up_blocks.0/Reshape"); // two dimensions the file could not name
    expect(() => concat(place, [x, s.float32(new Float32Array(8), [1, 8, 1, 1])], 1)).toThrow("up_blocks.0/Concat");
    expect(() => conv(place, x, s.float32(new Float32Array(9), [1, 1, 3, 3]), undefined)).toThrow("up_blocks.0/Conv");
    expect(() => layerNormalization(place, x, s.float32(new Float32Array(7)), undefined, 1e-6)).toThrow("up_blocks.0/LayerNormalization");
    const q = s.graph.input("q", "float32", [batch, 4, 10]);
    expect(() => multiHeadAttention(place, q, q, q, 3)).toThrow("up_blocks.0/MultiHeadAttention: 3 heads");
    expect(() => split(place, q, [4, 5], -1)).toThrow("up_blocks.0/Split");
  });
});

test("a split of many parts is one of at most nine, and each of those again", () => {
  const { graph, s } = builder();
  const x = graph.input("wide", "float32", [batch, 1, 1, 130 * 3]);
  const parts = split(s, x, new Array(130).fill(3), -1);
  expect(parts).toHaveLength(130);
  expect(parts.every(({ shape }) => sameShape(shape, [batch, 1, 1, 3]))).toBe(true);
  const { nodes } = graph.finish({ last: parts.at(-1) ?? x });
  expect(Math.max(...nodes.map(({ outputs }) => outputs.length))).toBeLessThanOrEqual(9);
});

describe("weights", () => {
  test("constants with the same numbers are one", () => {
    const { graph, s, x } = builder();
    const one = add(s, x, s.float32([1]));
    const { constants } = graph.finish({ y: add(s, add(s, one, s.float32([1])), s.float32([1], [1, 1])) });
    expect(constants.map(({ shape }) => shape)).toEqual([[1], [1, 1]]);
  });

  test("a name stands for one weight, however often it is used", () => {
    const { graph, s } = builder();
    const make = (n: number) => s.dense("bias", w.tensor("bias", [n]), "weight");
    expect(make(4)).toEqual(make(4));
    expect(() => make(5)).toThrow("bias: is a weight of [4], asked for again with [5]");
    expect(graph.finish({}).weights).toHaveLength(1);
  });

  test("half precision is widened in the graph, so that every operator sees float32", () => {
    const { graph, s, x } = builder(f16);
    const y = add(s, x, s.dense("bias", w.tensor("bias", [1]), "weight"));
    const { nodes, weights } = graph.finish({ y });
    expect(weights[0]?.initializers).toEqual([{ name: "bias", dtype: "float16", shape: [1] }]);
    expect(nodes.map(({ op }) => op)).toEqual(["Cast", "Add"]);
    expect(nodes[1]?.inputs[1]).toBe(nodes[0]?.outputs[0]);
  });

  test("a matrix in few bits stays [out, in]; one that has no whole blocks becomes [in, out] in half precision", () => {
    const { graph, s } = builder(q4);
    const good = graph.weight("good", w.tensor("good", [6, 96]), "weight", "matrix");
    const odd = graph.weight("odd", w.tensor("odd", [6, 40]), "weight", "matrix");
    const x = graph.input("tokens", "float32", [batch, 96]);
    if (good.encoding.kind !== "nbits") throw new Error("not quantized");
    const y = matMulNBits(s, x, good.encoding, good.values);
    const { weights, nodes } = graph.finish({ y });
    expect(weights.map(({ initializers }) => initializers)).toEqual([
      [
        { name: "good.quantized", dtype: "uint8", shape: [6, 3, 16] },
        { name: "good.scales", dtype: "float16", shape: [6, 3] },
        { name: "good.zero_points", dtype: "uint8", shape: [6, 2] },
      ],
      [{ name: "odd", dtype: "float16", shape: [40, 6] }],
    ]);
    expect(odd.encoding).toEqual(f16);
    const product = nodes.find(({ op }) => op === "MatMulNBits");
    expect(product?.inputs).toEqual(["tokens", "good.quantized", "good/Cast:0", "good.zero_points"]);
    expect(product?.attributes).toMatchObject({ K: { value: 96 }, N: { value: 6 }, bits: { value: 4 }, block_size: { value: 32 } });
  });
});

test("the same definition gives the same bytes", () => {
  const bytes = () => {
    const { graph, s, x } = builder(f16);
    const y = gelu(s, add(s, x, s.child("a").dense("bias", w.tensor("a.bias", [1]), "weight")));
    return writeModel(graph.finish({ y }), () => ({ location: "test.data", offset: 0, length: 2 }));
  };
  expect(bytes()).toEqual(bytes());
});
