import * as ort from "onnxruntime-web";
import { expect, test } from "vitest";
import { cosine, errorInDeviations, type Files, type GoldenName, goldenCases, goldenFiles } from "../../fixtures/golden.ts";
import { fixtureFile as read } from "../../fixtures/read-safetensors.ts";
import { decomposeAttention } from "../onnx/decompose-attention.ts";
import type { Precision, WeightPrecision } from "./precision.ts";

// float32 against the reference's float32: other orders of summation give some 1e-6 of the output's deviation here; a wrong block, weight
// or border gives far more than 1e-3.
const TOLERANCE = 1e-3;

const parts: readonly GoldenName[] = ["text-encoder", "stage-c", "stage-b", "options", "stage-a", "previewer"];

async function session({ model, data }: Pick<Files, "model" | "data">): Promise<ort.InferenceSession> {
  ort.env.wasm.numThreads = 1;
  return ort.InferenceSession.create(model, { executionProviders: ["wasm"], externalData: [...data] });
}

function feeds(files: Files, inputs: Awaited<ReturnType<typeof goldenCases>>[number]["inputs"]): Record<string, ort.Tensor> {
  return Object.fromEntries(
    files.graph.inputs.map(({ name, dtype }) => {
      const { data = new Float32Array(), dims = [] } = inputs[name] ?? {};
      const tensor =
        dtype === "int64" ? new ort.Tensor("int64", BigInt64Array.from(data, BigInt), dims) : new ort.Tensor("float32", data, dims);
      return [name, tensor];
    }),
  );
}

/** The worst error over a part's cases and outputs, in deviations, and the worst cosine. */
async function compare(part: GoldenName, files: Files): Promise<{ error: number; similarity: number }> {
  const network = await session(files);
  let error = 0;
  let similarity = 1;
  for (const { inputs, outputs } of await goldenCases(part, files, read)) {
    const results = await network.run(feeds(files, inputs));
    for (const [name, reference] of Object.entries(outputs)) {
      const result = results[name];
      expect(result?.dims).toEqual(reference.dims);
      if (!(result?.data instanceof Float32Array)) throw new Error(`${name} is not float32`);
      error = Math.max(error, errorInDeviations(result.data, reference));
      similarity = Math.min(similarity, cosine(result.data, reference.data));
    }
  }
  await network.release();
  return { error, similarity };
}

test.each(parts)("%s in float32 gives the reference's numbers on WASM", async (part) => {
  const { error } = await compare(part, await goldenFiles(part, read));
  expect(error).toBeLessThan(TOLERANCE);
});

test.each(["text-encoder", "stage-c", "stage-b"] as const)(
  "%s with decomposed attention gives the reference's numbers too",
  async (part) => {
    const files = await goldenFiles(part, read);
    const model = decomposeAttention(files.model);
    const { error } = await compare(part, { ...files, model });
    expect(error).toBeLessThan(TOLERANCE);
  },
);

// Random weights are the worst case for rounding to few bits; the floors are what is measured, less a margin for other CPUs.
const plans: readonly (readonly [GoldenName, WeightPrecision, number])[] = [
  ["stage-c", "f16", 0.99999],
  ["stage-c", "q8", 0.9999],
  ["stage-c", "q8z", 0.9999],
  ["stage-c", "q4", 0.99],
  ["stage-c", "q4z", 0.99],
  ["stage-b", "q8", 0.9999],
  ["text-encoder", "q8", 0.9999],
];

test.each(plans)("%s with matrices in %s stays close to the reference", async (part, bits, floor) => {
  const precision: Precision = (_, role) => (role === "linear" || role === "conditioning" ? bits : "f16");
  const { similarity } = await compare(part, await goldenFiles(part, read, precision));
  console.info(`${part} ${bits}: cosine ${similarity.toFixed(6)}`);
  expect(similarity).toBeGreaterThan(floor);
});
