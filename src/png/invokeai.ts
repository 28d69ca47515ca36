import { numberAs, type Restored, readSeed, record, textAs } from "./restored.ts";

/** Reads InvokeAI's `invokeai_metadata`: one JSON object. Names: invokeai/app/invocations/metadata.py. Throws SyntaxError on text that is no JSON. */
export function fromInvokeAi(text: string): Restored {
  const metadata = record(JSON.parse(text));
  const left: string[] = [];
  const settings = {
    ...textAs("prompt", metadata.positive_prompt),
    ...textAs("negativePrompt", metadata.negative_prompt ?? undefined),
    ...numberAs("width", metadata.width),
    ...numberAs("height", metadata.height),
    ...readSeed(metadata.seed, left),
    stageC: { ...numberAs("steps", metadata.steps), ...numberAs("guidance", metadata.cfg_scale) },
  };
  const { name, model_name } = record(metadata.model);
  if (typeof (name ?? model_name) === "string") left.push(`model ${name ?? model_name}`);
  if (typeof metadata.scheduler === "string") left.push(`scheduler ${metadata.scheduler}`);
  for (const [key, words] of [
    ["loras", "LoRA"],
    ["controlnets", "ControlNet"],
    ["controlLayers", "control layer"],
    ["ipAdapters", "IP adapter"],
  ] as const) {
    const list = metadata[key];
    if (Array.isArray(list) && list.length > 0) left.push(`${list.length} ${words}${list.length > 1 ? "s" : ""}`);
  }
  if (metadata.init_image !== undefined && metadata.init_image !== null) left.push("the picture it began from");
  return { source: "InvokeAI", settings, left };
}
