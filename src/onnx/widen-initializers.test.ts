import * as ort from "onnxruntime-web";
import { expect, test } from "vitest";
import { type Files, goldenCases, goldenFiles } from "../../fixtures/golden.ts";
import { fixtureFile } from "../../fixtures/read-safetensors.ts";
import { fromFloat16 } from "../shared/float16.ts";
import { GraphBuilder } from "./builder.ts";
import { halfPrecisionLookups } from "./half-lookups.ts";
import { add } from "./ops/elementwise.ts";
import * as proto from "./proto.ts";
import * as w from "./weight-expr.ts";
import { widenInitializers } from "./widen-initializers.ts";
import { writeModel } from "./write.ts";

ort.env.wasm.numThreads = 1;

/** The rewritten graph, and its files beside those that were there. */
function widened({ model, data }: Pick<Files, "model" | "data">): Pick<Files, "model" | "data"> {
  const { model: rewritten, files } = widenInitializers(model);
  const made = files.map(({ path, source, spans }) => {
    const bytes = data.find((one) => one.path === source)?.data;
    if (bytes === undefined) throw new Error(`there is no ${source}`);
    const values = spans.flatMap(({ offset, length }) => [...fromFloat16(new Uint16Array(bytes.slice(offset, offset + length).buffer))]);
    return { path, data: new Uint8Array(Float32Array.from(values).buffer) };
  });
  return { model: rewritten, data: [...data, ...made] };
}

function operators(model: Uint8Array): string[] {
  const graph = [...proto.fields(model)].find(({ number }) => number === proto.Model.graph);
  if (graph === undefined) throw new Error("no graph");
  const nodes = [...proto.fields(graph.payload)].filter(({ number }) => number === proto.GraphField.node);
  return nodes.flatMap(({ payload }) => [...proto.fields(payload)].filter(({ number }) => number === proto.Node.opType).map(proto.textOf));
}

const casts = (model: Uint8Array): number => operators(model).filter((operator) => operator === "Cast").length;

async function outputs(files: Files, { model, data }: Pick<Files, "model" | "data">, part: "text-encoder" | "stage-c") {
  const session = await ort.InferenceSession.create(model, { executionProviders: ["wasm"], externalData: [...data] });
  const [first] = await goldenCases(part, files, fixtureFile);
  const feeds = files.graph.inputs.map(({ name, dtype }) => {
    const { data: values = new Float32Array(), dims = [] } = first?.inputs[name] ?? {};
    return [
      name,
      dtype === "int64" ? new ort.Tensor("int64", BigInt64Array.from(values, BigInt), dims) : new ort.Tensor("float32", values, dims),
    ];
  });
  const results = await session.run(Object.fromEntries(feeds));
  await session.release();
  return Object.fromEntries(Object.entries(results).map(([name, { data: values }]) => [name, values]));
}

test.each([
  ["stage-c", "q4"],
  ["stage-c", "f16"],
  ["text-encoder", "f16"],
] as const)("%s with weights of %s gives the very same numbers", async (part, precision) => {
  const files = await goldenFiles(part, fixtureFile, (_, role) => (role === "linear" ? precision : "f16"));
  const after = widened(files);
  const weights = widenInitializers(files.model).files.flatMap(({ spans }) => spans).length;
  expect(weights).toBeGreaterThan(10);
  expect(casts(after.model)).toBe(casts(files.model) - weights);
  expect(await outputs(files, after, part)).toEqual(await outputs(files, files, part));
});

test("what is not widened is as it was: tables, float32 weights, a half that two nodes read", async () => {
  const files = await goldenFiles("stage-c", fixtureFile);
  expect(widenInitializers(files.model)).toEqual({ model: files.model, files: [] });

  // Positions are added whole; tokens are looked up.
  const table = await goldenFiles("text-encoder", fixtureFile, (_, role) => (role === "embedding" ? "f16" : "f32"));
  const { model, files: made } = widenInitializers(table.model);
  expect(made.flatMap(({ spans }) => spans)).toHaveLength(1);
  expect(halfPrecisionLookups(model)).toEqual(halfPrecisionLookups(table.model));
  expect(halfPrecisionLookups(model)).toHaveLength(2);

  const graph = new GraphBuilder<"weight">("twice", () => ({ kind: "dense", dtype: "float16" }));
  const x = graph.input("x", "float32", [3]);
  const y = add(graph.root, x, graph.root.dense("bias", w.tensor("bias", [3]), "weight"));
  const finished = graph.finish({ y });
  const place = () => ({ location: "twice.data", offset: 0, length: 6 });
  const [cast] = finished.nodes;
  if (cast?.op !== "Cast") throw new Error("the graph has no Cast");
  const again = { ...cast, name: "again", outputs: ["again"] };
  expect(widenInitializers(writeModel({ ...finished, nodes: [again, ...finished.nodes] }, place)).files).toEqual([]);
  expect(widenInitializers(writeModel(finished, place)).files).toEqual([
    { path: "twice.data.float32", source: "twice.data", spans: [{ offset: 0, length: 6 }] },
  ]);
});
