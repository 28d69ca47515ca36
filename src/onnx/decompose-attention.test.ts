import * as ort from "onnxruntime-web";
import { describe, expect, test } from "vitest";
import { type AttentionShape, attend, attentionInputs, attentionModel, runAttention, worstError } from "../../fixtures/attention.ts";
import { decomposeAttention } from "./decompose-attention.ts";
import * as proto from "./proto.ts";

// Queries that are fewer than keys (conditioning tokens), head sizes of all the networks, a mask.
const shapes: readonly AttentionShape[] = [
  { heads: 2, headSize: 64, queries: 40, keys: 51, masked: false },
  { heads: 3, headSize: 32, queries: 17, keys: 17, masked: false },
  { heads: 4, headSize: 48, queries: 77, keys: 77, masked: true },
];

const run = (model: Uint8Array, inputs: ReturnType<typeof attentionInputs>) =>
  runAttention(ort, model, inputs, { executionProviders: ["wasm"] });

function operators(model: Uint8Array): string[] {
  const graph = [...proto.fields(model)].find(({ number }) => number === proto.Model.graph);
  if (graph === undefined) throw new Error("no graph");
  const nodes = [...proto.fields(graph.payload)].filter(({ number }) => number === proto.GraphField.node);
  return nodes.flatMap(({ payload }) => [...proto.fields(payload)].filter(({ number }) => number === proto.Node.opType).map(proto.textOf));
}

describe.each(shapes)("$heads heads of $headSize, $queries queries, $keys keys, masked $masked", (shape) => {
  // float32 in other orders of summation: some 1e-6. A missing scale, mask or transposition is of the order of 1.
  const tolerance = 1e-5;

  test("fused attention is softmax(q k^T / sqrt(d) + bias) v", async () => {
    const inputs = attentionInputs(shape);
    expect(worstError(await run(attentionModel(shape), inputs), attend(shape, inputs))).toBeLessThan(tolerance);
  });

  test("decomposed attention is the same, of plain operators", async () => {
    const inputs = attentionInputs(shape);
    const model = decomposeAttention(attentionModel(shape));
    expect(operators(model)).not.toContain("MultiHeadAttention");
    expect(operators(model)).toContain("Softmax");
    expect(worstError(await run(model, inputs), attend(shape, inputs))).toBeLessThan(tolerance);
  });
});

test("decomposing twice changes nothing more", () => {
  const [shape] = shapes;
  if (shape === undefined) throw new Error("no shape");
  const once = decomposeAttention(attentionModel(shape));
  expect(decomposeAttention(once)).toEqual(once);
});
