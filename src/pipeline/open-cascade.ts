import type { Engine } from "../runtime/engine.ts";
import { createRuntime, type RuntimeOptions } from "../runtime/runtime.ts";
import type { ModelFolder } from "../runtime/types.ts";
import { CascadeError, messageOf } from "../shared/errors.ts";
import { type ModelWords, parseModelWords } from "../shared/model-words.ts";
import { parseManifest } from "../shared/parse-manifest.ts";
import { ClipTokenizer } from "../tokenizer/clip-tokenizer.ts";
import type { Cascade } from "./cascade.ts";
import { EncodingCache } from "./encoding-cache.ts";

/** Opens a model folder: reads its cascade.json and tokenizer; networks load when their turn comes. Rejects with `bad-model`. */
export async function openCascade(engine: Engine, folder: ModelFolder, options: RuntimeOptions): Promise<Cascade> {
  const manifest = parseManifest(await readText(folder, "cascade.json"));
  const file = async (name: string): Promise<object> => {
    if (!manifest.tokenizer.files.some((entry) => entry.file === name)) return {};
    try {
      const value: unknown = JSON.parse(await readText(folder, name));
      if (typeof value === "object" && value !== null) return value;
      throw new Error("it is not an object");
    } catch (error) {
      if (error instanceof CascadeError) throw error;
      throw new CascadeError("bad-model", `The model's ${name} is not JSON (${messageOf(error)}): convert the model again.`, {
        cause: error,
      });
    }
  };
  const files = { tokenizer: await file("tokenizer.json"), config: await file("tokenizer_config.json") };
  return {
    manifest,
    runtime: createRuntime(engine, folder, manifest, options),
    tokenizer: new ClipTokenizer(files, manifest.tokenizer.max_length),
    encodings: new EncodingCache(),
    words: await wordsIn(folder),
  };
}

/** Most models have no words.json, and one that can't be read is no reason not to draw. */
async function wordsIn(folder: ModelFolder): Promise<ModelWords | undefined> {
  try {
    return parseModelWords(await readText(folder, "words.json"));
  } catch {
    return undefined;
  }
}

/** CLIP's tokenizer.json has 3.6 MB; a folder that asks for gigabytes is no model. */
const MAX_TEXT_BYTES = 2 ** 26;

async function readText(folder: ModelFolder, file: string): Promise<string> {
  const blob = await folder.read(file);
  if (blob.size <= MAX_TEXT_BYTES) return await blob.text();
  throw new CascadeError("bad-model", `${file} has ${blob.size} bytes, more than a file of its kind: this is not a converted model.`);
}
