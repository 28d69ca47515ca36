import * as ort from "onnxruntime-web";
import { expect, it } from "vitest";
import { fixtureBytes } from "../../fixtures/checkpoints.ts";
import { cosine } from "../../fixtures/golden.ts";
import { readSafetensors } from "../../fixtures/read-safetensors.ts";
import type { PartName, PrecisionName } from "../shared/manifest.ts";
import { blobSource } from "./byte-source.ts";
import { convert } from "./convert.ts";
import { memoryFolder } from "./output-folder.ts";

ort.env.wasm.numThreads = 1;

const folders: Readonly<Record<PartName, readonly string[]>> = {
  "text-encoder": ["text_encoder/model.safetensors", "text_encoder/config.json"],
  "stage-c": ["prior/diffusion_pytorch_model.safetensors", "prior/config.json"],
  "stage-b": ["decoder/diffusion_pytorch_model.safetensors", "decoder/config.json"],
  "stage-a": ["vqgan/diffusion_pytorch_model.safetensors", "vqgan/config.json"],
  previewer: ["previewer.safetensors"],
};

/** Outputs of a part for the reference's first case, all in one row. */
async function outputs(part: PartName, precision: PrecisionName): Promise<Float32Array> {
  const folder = memoryFolder();
  const files = folders[part].map((path) => blobSource(new Blob([fixtureBytes(path)]), path.split("/").at(-1) ?? path));
  for await (const _ of convert({ name: "small", precision, parts: { [part]: files } }, folder));
  const external = `${part}.onnx.data`;
  const model = folder.files.get(`${part}.onnx`);
  const data = folder.files.get(external);
  if (model === undefined || data === undefined) throw new Error(`${part} was not written`);
  const session = await ort.InferenceSession.create(model, { executionProviders: ["wasm"], externalData: [{ path: external, data }] });
  const cases = readSafetensors(`cases/${part.replace("-", "_")}.safetensors`);
  const feeds = session.inputNames.map((name) => {
    const input = cases.get(`case0.${name}`) ?? cases.get(name);
    if (input === undefined) throw new Error(`no case for ${part}'s ${name}`);
    const isIds = name === "input_ids" || name === "attention_mask";
    return [
      name,
      isIds
        ? new ort.Tensor("int64", BigInt64Array.from(input.data, BigInt), input.dims)
        : new ort.Tensor("float32", input.data, input.dims),
    ];
  });
  const results = await session.run(Object.fromEntries(feeds));
  await session.release();
  return Float32Array.from(session.outputNames.flatMap((name) => [...(results[name]?.data ?? [])].map(Number)));
}

// Cosine similarity to float32 over a part's outputs. The checkpoints' weights are random and their blocks narrow, which is the worst case
// for few bits: trained and wider networks lose less. Floors are what is measured, less about a third of what it is short of 1.
const floors: readonly (readonly [PartName, Readonly<Record<"f16" | "q8" | "q4", number>>])[] = [
  ["text-encoder", { f16: 0.9999999, q8: 0.99996, q4: 0.99996 }],
  ["stage-c", { f16: 0.999999, q8: 0.99998, q4: 0.997 }],
  ["stage-b", { f16: 0.999999, q8: 0.99996, q4: 0.99 }],
  ["stage-a", { f16: 0.999999, q8: 0.999999, q4: 0.999999 }],
  ["previewer", { f16: 0.999999, q8: 0.999999, q4: 0.999999 }],
];

it.each(floors)("%s stays close to float32 at every precision", async (part, least) => {
  const exact = await outputs(part, "f32");
  const found = {
    f16: cosine(await outputs(part, "f16"), exact),
    q8: cosine(await outputs(part, "q8"), exact),
    q4: cosine(await outputs(part, "q4"), exact),
  };
  console.info(`${part}: cosine to float32 ${JSON.stringify(found)}`);
  for (const precision of ["f16", "q8", "q4"] as const) expect(found[precision], precision).toBeGreaterThan(least[precision]);
});
