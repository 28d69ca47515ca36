import * as comlink from "comlink";
import { createConvertClient } from "../../../src/client/convert-client.ts";
import type { PartName, PrecisionName } from "../../../src/shared/manifest.ts";
import type { CopyService, NetworkInput, NetworkService } from "./protocol.ts";

// Driven by bench/full-size/run.ts: the product's own converter and runtime in workers, and nothing else.

/** The files picked for the page, by name. */
function picked(name: string): File {
  const [input] = document.getElementsByTagName("input");
  const file = [...(input?.files ?? [])].find((one) => one.name === name);
  if (file === undefined) throw new Error(`${name} was not picked`);
  return file;
}

export interface PartTime {
  readonly part: PartName;
  readonly milliseconds: number;
}

export interface Conversion {
  readonly milliseconds: number;
  /** From one part's first weight to the next one's. */
  readonly parts: readonly PartTime[];
  readonly manifest: string;
}

/** What the network's worker is at. */
let phase = "nothing";

const network = (() => {
  let started: { readonly remote: comlink.Remote<NetworkService>; readonly stopped: Promise<never> } | undefined;
  const start = () => {
    const worker = new Worker(new URL("./network-worker.ts", import.meta.url), { type: "module" });
    const stopped = new Promise<never>((_, reject) =>
      worker.addEventListener("error", ({ message }) => reject(new Error(`the network's worker stopped at ${phase} (${message})`))),
    );
    stopped.catch(() => undefined);
    worker.addEventListener("message", ({ data }) => {
      if (typeof data.phase === "string") phase = data.phase;
    });
    return { remote: comlink.wrap<NetworkService>(worker), stopped };
  };
  /** An answer, or the worker's end. */
  return <T>(ask: (remote: comlink.Remote<NetworkService>) => Promise<T>): Promise<T> => {
    started ??= start();
    return Promise.race([ask(started.remote), started.stopped]);
  };
})();

export const fullSize = {
  /** Plain copy of picked files into the origin's storage, flushed, then removed; milliseconds. */
  async copy(names: readonly string[]): Promise<number> {
    const worker = new Worker(new URL("./copy-worker.ts", import.meta.url), { type: "module" });
    try {
      return await comlink.wrap<CopyService>(worker).copy(names.map(picked));
    } finally {
      worker.terminate();
    }
  },
  /** Converts picked files into the store. */
  async convert(
    id: string,
    precision: PrecisionName,
    parts: readonly (readonly [PartName, string])[],
    tokenizer: readonly string[],
  ): Promise<Conversion> {
    const client = createConvertClient();
    await client.delete(id);
    const begun: { part: PartName; at: number }[] = [];
    const job = {
      id,
      name: id,
      precision,
      parts: Object.fromEntries(parts.map(([part, name]) => [part, [picked(name)]])),
      tokenizer: tokenizer.map(picked),
    };
    const start = performance.now();
    const manifest = await client.convert(job, {
      onEvent(event) {
        if (event.type === "progress" && event.part !== begun.at(-1)?.part) begun.push({ part: event.part, at: performance.now() });
      },
    });
    const end = performance.now();
    client.dispose();
    // Each part is told twice: while its weights are written, and when its graph is.
    const parted = parts.map(([part]) => begun.findIndex((one) => one.part === part)).filter((at) => at !== -1);
    return {
      milliseconds: end - start,
      parts: parted.map((at) => ({
        part: begun[at]?.part ?? "stage-c",
        milliseconds: (begun[at + 1]?.at ?? end) - (begun[at]?.at ?? start),
      })),
      manifest: JSON.stringify(manifest),
    };
  },
  /** Brings in a folder that the command line wrote, from picked files. */
  async import(id: string): Promise<void> {
    const [input] = document.getElementsByTagName("input");
    const client = createConvertClient();
    await client.delete(id);
    await client.importModel({ id, from: [...(input?.files ?? [])] });
    client.dispose();
  },
  /** Checks every stored byte against its hash; how many files are damaged. */
  async verify(id: string): Promise<number> {
    const client = createConvertClient();
    const damages = await client.verify(id);
    client.dispose();
    return damages.length;
  },
  /** Creates a session of a stored model's part on WebGPU; milliseconds. */
  open: (id: string, part: PartName): Promise<number> => network((remote) => remote.open(id, part)),
  /** What that is at, for when it takes long. */
  phase: () => phase,
  /** One evaluation of the part that was opened; milliseconds and its outputs. */
  run: (inputs: Readonly<Record<string, NetworkInput>>) => network((remote) => remote.run(inputs)),
  release: () => network((remote) => remote.release()),
  /** Bytes of this page and its workers, as far as the browser says (needs isolation). */
  async memory(): Promise<number> {
    if (!("measureUserAgentSpecificMemory" in performance)) return Number.NaN;
    const measure = performance.measureUserAgentSpecificMemory as () => Promise<{ bytes: number }>;
    return (await measure.call(performance)).bytes;
  },
};

declare global {
  interface Window {
    fullSize: typeof fullSize;
  }
}
window.fullSize = fullSize;
