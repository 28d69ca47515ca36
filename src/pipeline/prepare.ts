import type { FixedShapes } from "../runtime/types.ts";
import type { PartName } from "../shared/manifest.ts";
import type { Cascade } from "./cascade.ts";
import { recordedShapes } from "./denoise-stage.ts";
import { latentShapes } from "./geometry.ts";
import { checkSettings } from "./settings.ts";
import type { Settings } from "./types.ts";

/**
 * Opens, before they are asked for, the networks that stay open anyway (see Runtime.prepare), in the order in which a picture of these settings needs them; what
 * the prompt is does not matter. Aborting ends it after the network on its way, which a picture then finds. Rejects as opening them does.
 */
export async function prepareStages({ manifest, runtime }: Cascade, settings: Settings, signal?: AbortSignal): Promise<void> {
  checkSettings({ ...settings, prompt: "any" }, manifest);
  const shapes = latentShapes(manifest.latents, settings.width, settings.height);
  const parts: readonly (readonly [PartName, (FixedShapes | undefined)?])[] = [
    ["text-encoder"],
    [
      "stage-c",
      recordedShapes(settings.stageC, shapes.stageC, {
        clip_text: { dims: [1, manifest.tokenizer.max_length] },
        clip_img: { dims: [1, 1] },
      }),
    ],
    ["previewer"],
    ["stage-b", recordedShapes(settings.stageB, shapes.stageB, { effnet: { dims: shapes.stageC } })],
    ["stage-a"],
  ];
  for (const [part, fixed] of parts) {
    if (signal?.aborted) return;
    if (manifest.parts[part] !== undefined) await runtime.prepare(part, fixed);
  }
}
