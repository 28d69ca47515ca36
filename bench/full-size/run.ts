import { mkdirSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { measureConversion } from "./conversion.ts";
import { makeFile } from "./make-file.ts";
import { MODELS, type ModelName } from "./models.ts";
import { compareOutputs } from "./outputs.ts";
import { compareScales } from "./scales.ts";
import { measureSessions } from "./sessions.ts";

/**
 * `npm run full-size -- STEP… [--model lite|full] [--work DIR] [--files DIR] [--expected DIR]`: the converter at the official weights' size. Not part of the tests:
 * it takes gigabytes of disk and minutes to hours. Files that are missing are made, of the published shapes and made-up weights.
 */
const USAGE = `npm run full-size -- STEP... [--model lite|full] [--work DIR] [--files DIR] [--expected DIR]

  convert    at 4 bits by the command line and in Chromium: same bytes, speed against a plain copy, memory, bytes a parameter

  outputs    at float16, 8 and 4 bits in ONNX Runtime's CPU provider, against the reference's (--expected; $PYTHON has onnxruntime and safetensors)
  scales     our 4-bit error against onnxruntime's own quantizer's ($PYTHON has onnxruntime and onnx)
  session    after convert: imports what the command line wrote in Chromium and loads each part on WebGPU, each in a fresh browser; times and memory
  evaluate   the same, and runs each once, against WASM in Node (a software GPU takes minutes)

  --model    lite (Stage C 1B and Stage B 700M, the default) or full (3.6B and 1.5B)
  --work     where everything goes (default bench/.cache/full-size); lite takes 9 GB, full 25 GB
  --files    folder of text_encoder, stage_c or stage_c_lite, stage_b or stage_b_lite, stage_a (.safetensors); default DIR/files, made where missing
  --part     text-encoder, stage-c, stage-b or stage-a alone, for all steps but convert
  --expected folder of the reference's inputs and outputs (PART.safetensors), for the step outputs`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    model: { type: "string", default: "lite" },
    work: { type: "string", default: join(import.meta.dirname, "../.cache/full-size") },
    files: { type: "string" },
    part: { type: "string" },
    expected: { type: "string" },
    help: { type: "boolean", short: "h" },
  },
});
const model = (["lite", "full"] as const).find((name): name is ModelName => name === values.model);
if (values.help || positionals.length === 0 || model === undefined) {
  console.log(USAGE);
  process.exit(values.help ? 0 : 1);
}

const work = resolve(values.work);
const folder = resolve(values.files ?? join(work, "files"));
mkdirSync(work, { recursive: true });
const parts = MODELS[model].map(([part, name]) => [part, join(folder, `${name}.safetensors`)] as const);
const chosenPart = (["text-encoder", "stage-c", "stage-b", "stage-a"] as const).find((part) => part === values.part);
const chosen = chosenPart === undefined ? parts : parts.filter(([part]) => part === chosenPart);
const reads = positionals.includes("convert") ? parts : positionals.some((step) => step === "outputs" || step === "scales") ? chosen : [];
for (const [, path] of reads) makeFile(basename(path, ".safetensors"), path);
const python = process.env.PYTHON ?? "python3";

function missing(option: string): never {
  throw new Error(`say ${option}`);
}

for (const step of positionals) {
  if (step === "convert") await measureConversion(model, parts, work);
  else if (step === "outputs") await compareOutputs(chosen, resolve(values.expected ?? missing("--expected")), python, work);
  else if (step === "scales") for (const [, path] of chosen) await compareScales(path, python, work);
  else if (step === "session" || step === "evaluate") await measureSessions(model, work, step === "evaluate", chosenPart);
  else throw new Error(`no step is called ${step}`);
}
