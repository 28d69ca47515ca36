import * as comlink from "comlink";
import { type CascadeService, outcomeOf } from "../src/client/protocol.ts";
import type { Cascade } from "../src/pipeline/cascade.ts";
import { describePrompt } from "../src/pipeline/describe-prompt.ts";
import { leastSide } from "../src/pipeline/geometry.ts";
import { openCascade } from "../src/pipeline/open-cascade.ts";
import { prepareStages } from "../src/pipeline/prepare.ts";
import { defaultSettings } from "../src/pipeline/settings.ts";
import { textToImage } from "../src/pipeline/text-to-image.ts";
import { fewerBits } from "../src/runtime/fewer-bits.ts";
import type { LowerPart } from "../src/runtime/runtime.ts";
import { startEngine } from "../src/runtime/start-engine.ts";
import { urlFolder } from "../src/runtime/url-folder.ts";
import { browserStore } from "../src/storage/browser-store.ts";
import { recheckOnFailure } from "../src/storage/recheck.ts";
import { holdLifeLock } from "./life-lock.ts";

/** The engine's worker: the pipeline behind comlink. */
let cascade: Cascade | undefined;
let running: AbortController | undefined;
let preparing: AbortController | undefined;
/** Names the damaged files of a stored model where they may be why something failed. */
let guarded = <T>(work: () => Promise<T>): Promise<T> => work();
const life = holdLifeLock();

const service: CascadeService = {
  load: ({ modelUrl, backend, tight = false, precision }) =>
    outcomeOf(async () => {
      const { engine, about } = await startEngine(backend);
      const url = new URL(modelUrl);
      const store = url.protocol === "stored:" ? await browserStore() : undefined;
      guarded = store ? (work) => recheckOnFailure(store, url.pathname, work) : (work) => work();
      const folder = store ? await store.open(url.pathname) : urlFolder(url);
      const options = { ...about, tight, ...(precision !== undefined && { lower: { to: precision, by: await lowering() } }) };
      cascade = await guarded(() => openCascade(engine, folder, options));
      const { manifest, words } = cascade;
      const lifeLock = await life;
      return {
        ...about,
        name: manifest.name,
        precision: manifest.precision,
        granularity: manifest.latents.granularity,
        leastSide: leastSide(manifest),
        defaults: defaultSettings(manifest, ""),
        ...(lifeLock !== undefined && { lifeLock }),
        ...(words !== undefined && { words }),
        fewerBits: tight ? await guarded(async () => fewerBits(folder, manifest, await lowering())) : [],
        parameters: Object.values(manifest.parts).reduce((sum, part) => sum + part.parameters, 0),
      };
    }),

  prepare: (settings) =>
    outcomeOf(async () => {
      preparing?.abort();
      preparing = new AbortController();
      await prepareStages(opened(), settings, preparing.signal);
    }),

  generate: (settings, onEvent, resume) =>
    outcomeOf(async () => {
      preparing?.abort();
      running = new AbortController();
      const { signal } = running;
      return guarded(async () => {
        for await (const event of textToImage(opened(), settings, { signal, resume })) {
          // Awaited: the answer is a task of its own, so a cancel that was sent meanwhile is seen before the next step.
          if (event.type !== "picture") await onEvent(event);
          else return event.image;
        }
        throw new Error("no picture came");
      });
    }).then((outcome) => (outcome.ok ? comlink.transfer(outcome, [outcome.value.data.buffer]) : outcome)),

  cancel: () => running?.abort(),

  describePrompt: (prompt) => outcomeOf(async () => describePrompt(opened().tokenizer, prompt)),
};

/** What cuts the weights down, which is part of the converter and hardly ever needed. */
async function lowering(): Promise<LowerPart> {
  return (await import("../src/convert/lower/lower-part.ts")).lowerPart;
}

function opened(): Cascade {
  if (cascade === undefined) throw new Error("generate before load");
  return cascade;
}

comlink.expose(service);
