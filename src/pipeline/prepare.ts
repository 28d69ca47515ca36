import type { FixedShapes } from "../runtime/types.ts";
import type { PartName } from "../shared/manifest.ts";
import type { Cascade } from "./cascade.ts";
import { recordedShapes } from "./denoise-stage.ts";
import { latentShapes } from "./geometry.ts";
import { runAhead } from "./run-ahead.ts";
import { checkSettings } from "./settings.ts";
import type { Settings } from "./types.ts";

/** Of a larger picture no network is run ahead: whoever presses meanwhile waits for the run on its way, and its first runs are a smaller part of its time. */
const MOST_PIXELS = 1024 * 1024;

/**
 * Opens, before they are asked for, the networks that stay open anyway (see Runtime.prepare), in the order in which a picture of these settings needs them, and runs each
 * once where that is short (Runtime.runsAhead); what the prompt is does not matter. Aborting ends it after the network on its way, which a picture then finds. Rejects as
 * opening and running them does.
 */
export async function prepareStages(cascade: Cascade, settings: Settings, signal?: AbortSignal): Promise<void> {
  const { manifest, runtime } = cascade;
  const any = { ...settings, prompt: "any" };
  checkSettings(any, manifest);
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
  if (runtime.runsAhead && settings.width * settings.height <= MOST_PIXELS) await runAhead(cascade, any, signal);
}
