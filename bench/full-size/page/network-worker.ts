import * as comlink from "comlink";
import { createRuntime } from "../../../src/runtime/runtime.ts";
import { startEngine } from "../../../src/runtime/start-engine.ts";
import type { ModelFolder, Network, Runtime } from "../../../src/runtime/types.ts";
import { parseManifest } from "../../../src/shared/parse-manifest.ts";
import type { AnyTensor } from "../../../src/shared/tensor.ts";
import { browserStore } from "../../../src/storage/browser-store.ts";
import type { NetworkInput, NetworkService } from "./protocol.ts";

let runtime: Runtime | undefined;
let network: Network | undefined;

/** Tells the page what is being done: a session that stands still shall say where. */
const at = (phase: string): void => self.postMessage({ phase });

/** The same folder, telling what is read of it and how far. */
function toldFolder(folder: ModelFolder): ModelFolder {
  return {
    async read(file, signal) {
      at(`opening ${file}`);
      const blob = await folder.read(file, signal);
      at("the session");
      return blob;
    },
  };
}

function tensorOf({ type, data, dims }: NetworkInput): AnyTensor {
  return type === "float32" ? { data: Float32Array.from(data), dims } : { data: BigInt64Array.from(data, BigInt), dims };
}

const service: NetworkService = {
  async open(id, part) {
    at("the browser's storage");
    const folder = toldFolder(await (await browserStore()).open(id));
    if (runtime === undefined) {
      at("the runtime and its check of attention");
      const { engine, about } = await startEngine("webgpu");
      runtime = createRuntime(engine, folder, parseManifest(await (await folder.read("cascade.json")).text()), { ...about, tight: true });
    }
    const start = performance.now();
    network = await runtime.open(part);
    at("nothing");
    return performance.now() - start;
  },
  async run(inputs) {
    if (network === undefined) throw new Error("nothing is open");
    const start = performance.now();
    const outputs = await network.run(Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, tensorOf(input)])));
    const milliseconds = performance.now() - start;
    return {
      milliseconds,
      reason: runtime?.reason ?? "",
      outputs: Object.fromEntries(Object.entries(outputs).map(([name, { data }]) => [name, [...data]])),
    };
  },
  async release() {
    await network?.release();
    network = undefined;
  },
};

comlink.expose(service);
