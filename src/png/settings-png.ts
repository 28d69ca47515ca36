import type { Settings, WeightsRead } from "../pipeline/types.ts";
import { CascadeError } from "../shared/errors.ts";
import { type ComparisonAxes, type DrawnBy, fromParameters, toParameters } from "./a1111.ts";
import { readChunks, writeChunks } from "./chunks.ts";
import { fromComfyUi } from "./comfyui.ts";
import { fromInvokeAi } from "./invokeai.ts";
import { numberAs, type PartialSettings, type Restored, readSeed, record, textAs } from "./restored.ts";
import { internationalChunk, readTexts, textChunk } from "./text-chunks.ts";

const OURS = "cascade-settings";

/** XMP that says how the picture came to be, by IPTC's term, as the EU's AI act asks generated pictures to be marked. */
const XMP = `<?xpacket begin="\uFEFF" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/">
<Iptc4xmpExt:DigitalSourceType>http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia</Iptc4xmpExt:DigitalSourceType>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="r"?>`;

/**
 * The same PNG with the settings it was made by: A1111's `parameters` for other tools, our own JSON whole, and XMP's digital source type. Before the
 * picture's data, where readers of the first bytes find them. `axes`: the picture is a comparison's sheet, and `settings` what all of it have in common.
 */
export async function withSettings(png: Blob, settings: Settings, by: DrawnBy, axes?: ComparisonAxes): Promise<Blob> {
  const [header, ...rest] = readChunks(new Uint8Array(await png.arrayBuffer()));
  if (header === undefined) throw new Error("a PNG without chunks");
  const texts = [
    textChunk("parameters", toParameters(settings, by, axes)),
    textChunk(
      OURS,
      JSON.stringify({
        version: 1,
        model: by.model,
        weights: by.weights,
        settings,
        ...(axes !== undefined && { comparison: { columns: axes.columns, rows: axes.rows } }),
      }),
    ),
    internationalChunk("XML:com.adobe.xmp", XMP),
  ];
  return new Blob([writeChunks([header, ...texts, ...rest])], { type: "image/png" });
}

/** The settings a PNG carries, of this page's or other tools' making. Rejects with `bad-settings` where there are none to be read. */
export async function settingsIn(png: Blob): Promise<Restored> {
  const texts = await readTexts(readChunks(new Uint8Array(await png.arrayBuffer())));
  const readers = [
    [OURS, fromOurs],
    ["invokeai_metadata", fromInvokeAi],
    ["prompt", fromComfyUi],
    ["parameters", fromParameters],
  ] as const;
  for (const [keyword, read] of readers) {
    const text = texts.get(keyword);
    if (text === undefined) continue;
    try {
      const restored = read(text);
      if (restored !== undefined) return restored;
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error; // what is not JSON may be another tool's
    }
  }
  if (texts.has("workflow")) {
    throw new CascadeError(
      "bad-settings",
      "This picture carries a ComfyUI workflow, but not the graph it was made by: no setting can be read.",
    );
  }
  throw new CascadeError(
    "bad-settings",
    "This picture carries no settings: it may have been edited, or sent through a service that removes them.",
  );
}

function fromOurs(text: string): Restored | undefined {
  const { version, settings, weights } = record(JSON.parse(text));
  if (version !== 1) return undefined;
  const left: string[] = [];
  return { source: "Cascade playground", settings: ourSettings(record(settings), left), left, ...weightsIn(weights) };
}

function weightsIn(given: unknown): Pick<Restored, "weights"> {
  const known: readonly WeightsRead[] = ["stored", "q8", "q4"];
  const weights = Array.isArray(given) ? given.flatMap((value: unknown) => known.find((read) => read === value) ?? []) : [];
  return weights.length > 0 ? { weights } : {};
}

function ourSettings(given: Readonly<Record<string, unknown>>, left: string[]): PartialSettings {
  const stage = (value: unknown) => {
    const { steps, guidance, sampler } = record(value);
    return { ...numberAs("steps", steps), ...numberAs("guidance", guidance), ...samplerAs(sampler, left) };
  };
  return {
    ...textAs("prompt", given.prompt),
    ...textAs("negativePrompt", given.negativePrompt),
    ...numberAs("width", given.width),
    ...numberAs("height", given.height),
    ...readSeed(given.seed, left),
    stageC: stage(given.stageC),
    stageB: stage(given.stageB),
  };
}

function samplerAs(value: unknown, left: string[]): Pick<NonNullable<PartialSettings["stageC"]>, "sampler"> {
  const sampler = (["ddpm-wuerstchen", "ddpm", "ddim", "lcm"] as const).find((name) => name === value);
  if (sampler === undefined && value !== undefined) left.push(`sampler ${String(value)}`);
  return sampler === undefined ? {} : { sampler };
}
