import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { smallCascade } from "../../fixtures/small-cascade.ts";
import { Engine } from "../runtime/engine.ts";
import { loadOrtForNode } from "../runtime/ort-node.ts";
import type { FixedShapes, Network, Runtime } from "../runtime/types.ts";
import type { PartName } from "../shared/manifest.ts";
import type { Cascade } from "./cascade.ts";
import { EncodingCache } from "./encoding-cache.ts";
import { openCascade } from "./open-cascade.ts";
import { prepareStages } from "./prepare.ts";
import { textToImage } from "./text-to-image.ts";
import type { Pixels, Settings } from "./types.ts";

let cascade: Cascade;

beforeAll(async () => {
  const engine = Engine.onWasm(await loadOrtForNode());
  cascade = await openCascade(engine, await smallCascade(), { backend: "wasm", reason: "a test" });
});
afterAll(() => cascade.runtime.dispose());

const quick: Settings = {
  prompt: "a cat",
  negativePrompt: "",
  width: 128,
  height: 256,
  seed: 7,
  stageC: { steps: 4, guidance: 2, sampler: "ddpm" },
  stageB: { steps: 4, guidance: 1, sampler: "ddim" },
};

/** The cascade with a runtime that says what is prepared and what opened, with which shapes. */
function told(onPrepare: (part: PartName) => void = () => {}) {
  const prepared: [PartName, FixedShapes | undefined][] = [];
  const opened: typeof prepared = [];
  const runtime: Runtime = {
    ...cascade.runtime,
    runsAhead: false,
    async prepare(part, fixed) {
      prepared.push([part, fixed]);
      onPrepare(part);
    },
    async open(part, signal, fixed) {
      opened.push([part, fixed]);
      return await cascade.runtime.open(part, signal, fixed);
    },
  };
  return { cascade: { ...cascade, encodings: new EncodingCache(), runtime }, prepared, opened };
}

/** The cascade with a runtime whose networks' runs are told before they begin. */
function running(onRun: (part: PartName) => void = () => {}, runsAhead = cascade.runtime.runsAhead) {
  const runs: PartName[] = [];
  const heard = (part: PartName, network: Network): Network => ({
    ...network,
    hold: async (inputs) => heard(part, await network.hold(inputs)),
    run: async (inputs) => {
      runs.push(part);
      onRun(part);
      return await network.run(inputs);
    },
  });
  const open: Runtime["open"] = async (part, signal, fixed) => heard(part, await cascade.runtime.open(part, signal, fixed));
  const encodings = new EncodingCache();
  return { cascade: { ...cascade, encodings, runtime: { ...cascade.runtime, runsAhead, open } }, runs };
}

async function draw(of: Cascade, settings: Settings): Promise<Pixels> {
  for await (const event of textToImage(of, settings)) if (event.type === "picture") return event.image;
  throw new Error("no picture");
}

describe("preparing a picture", () => {
  it.each([
    ["many steps", quick],
    ["few steps and no guidance", { ...quick, stageC: { ...quick.stageC, steps: 2, guidance: 1 }, stageB: { ...quick.stageB, steps: 1 } }],
  ])("of %s opens what it will open, in that order and with the same shapes, whatever the prompt is", async (_, settings) => {
    const { cascade: one, prepared, opened } = told();
    await prepareStages(one, { ...settings, prompt: "" });
    await draw(one, settings);
    const firsts = opened.filter(([part], i) => opened.findIndex(([other]) => other === part) === i);
    // To the letter: recordings are told apart by their shapes' text.
    expect(JSON.stringify(prepared)).toBe(JSON.stringify(firsts));
    expect(prepared).toHaveLength(5);
  });

  it("ends after the network on its way when it is aborted", async () => {
    const abort = new AbortController();
    const { cascade: one, prepared } = told((part) => part === "stage-c" && abort.abort());
    await prepareStages(one, quick, abort.signal);
    expect(prepared.map(([part]) => part)).toEqual(["text-encoder", "stage-c"]);
  });

  it("opens nothing for settings no picture can be made with", async () => {
    const { cascade: one, prepared } = told();
    await expect(prepareStages(one, { ...quick, width: 100 })).rejects.toMatchObject({ code: "bad-settings" });
    expect(prepared).toEqual([]);
  });
});

describe("running the networks ahead", () => {
  it("runs what a picture of these settings runs, a step of each stage, and leaves nothing that this picture would be another by", async () => {
    const plain = await draw(running().cascade, quick);
    const { cascade: one, runs } = running();
    await prepareStages(one, { ...quick, prompt: "" });
    // Stage A paints a preview of Stage B and a tile.
    const ahead = ["text-encoder", "stage-c", "previewer", "text-encoder", "stage-b", "stage-a", "text-encoder", "stage-a"];
    expect(runs).toEqual(ahead);
    expect(await draw(one, quick)).toEqual(plain);
    expect(runs.slice(ahead.length).filter((part) => part === "text-encoder")).toHaveLength(1);
  });

  it("ends after the network on its way when a picture is asked for, which is a task of its own", async () => {
    const abort = new AbortController();
    const { cascade: one, runs } = running((part) => part === "text-encoder" && setTimeout(() => abort.abort()));
    await prepareStages(one, quick, abort.signal);
    expect(runs).toEqual(["text-encoder"]);
  });

  it("runs nothing where a run would take long: a large picture, or a model the runtime says so of", async () => {
    const { cascade: large, runs } = running();
    await prepareStages(large, { ...quick, width: 2048, height: 1024 });
    const { cascade: slow, runs: slowRuns } = running(() => {}, false);
    await prepareStages(slow, quick);
    expect([...runs, ...slowRuns]).toEqual([]);
  });

  it("rejects with what a network failed by", async () => {
    const { cascade: one } = running((part) => {
      if (part === "stage-b") throw new Error("no kernel");
    });
    await expect(prepareStages(one, quick)).rejects.toThrow("no kernel");
  });
});
