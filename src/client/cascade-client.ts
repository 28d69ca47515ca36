import * as comlink from "comlink";
import type { CascadeEvent, Pixels, Settings } from "../pipeline/types.ts";
import { Ending } from "../shared/ending.ts";
import { CascadeError } from "../shared/errors.ts";
import { type CascadeInfo, type CascadeService, type LoadOptions, type Outcome, type PromptInfo, unpack } from "./protocol.ts";

export interface GenerateOptions {
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: CascadeEvent) => void;
}

/** The engine as page code sees it. One picture at a time. */
export interface CascadeClient {
  /** Starts the worker and opens the model; again only after the worker ended. */
  load(): Promise<CascadeInfo>;
  /** Draws a picture. Aborting ends it between steps, or, where a step hangs, with the worker. Rejects with CascadeError. */
  generate(settings: Settings, options?: GenerateOptions): Promise<Pixels>;
  describePrompt(prompt: string): Promise<PromptInfo>;
  /** Ends the worker: its memory goes back at once. */
  dispose(): void;
}

/** The part of Worker that is used: tests hand in their own. */
export interface WorkerLike extends comlink.Endpoint {
  terminate(): void;
  onerror?: ((event: ErrorEvent) => unknown) | null;
}

/** A step may hang; after this long an abort ends the worker. */
const PATIENCE_MS = 2000;

interface Live {
  readonly worker: WorkerLike;
  readonly remote: comlink.Remote<CascadeService>;
  readonly ending: Ending;
  readonly end: (error: CascadeError) => void;
  loaded?: Promise<CascadeInfo>;
}

/** A client for one model on one backend. The worker starts with the first call, and anew after it was ended. */
export function createCascade(options: LoadOptions, makeWorker: () => WorkerLike = startWorker, patience = PATIENCE_MS): CascadeClient {
  let live: Live | undefined;

  const current = (): Live => {
    if (live !== undefined) return live;
    const worker = makeWorker();
    const ending = new Ending();
    const made: Live = {
      worker,
      remote: comlink.wrap<CascadeService>(worker),
      ending,
      end(error) {
        worker.terminate();
        if (live === made) live = undefined;
        ending.end(error);
      },
    };
    worker.onerror = (event) =>
      made.end(
        new CascadeError(
          "device-lost",
          `The drawing worker stopped (${event.message || "no reason given"}): generate again to start it anew.`,
        ),
      );
    live = made;
    return made;
  };

  const ask = async <T>({ ending }: Live, question: () => Promise<Outcome<T>>): Promise<T> => unpack(await ending.orEnd(question));

  const loaded = (engine: Live): Promise<CascadeInfo> => {
    engine.loaded ??= ask(engine, () => engine.remote.load(options)).catch((error) => {
      delete engine.loaded;
      throw error;
    });
    return engine.loaded;
  };

  return {
    load: () => loaded(current()),
    async generate(settings, { signal, onEvent = () => {} } = {}) {
      const cancelled = () => new CascadeError("aborted", "Cancelled.");
      if (signal?.aborted) throw cancelled();
      const engine = current();
      let timer: ReturnType<typeof setTimeout> | undefined;
      const abort = (): void => {
        void engine.remote.cancel();
        timer = setTimeout(() => engine.end(cancelled()), patience);
      };
      signal?.addEventListener("abort", abort, { once: true });
      try {
        await loaded(engine);
        if (signal?.aborted) throw cancelled();
        return await ask(engine, () => engine.remote.generate(settings, comlink.proxy(onEvent)));
      } catch (error) {
        // A lost device is not given back by the runtime, nor is memory by WebAssembly: the next picture gets a new worker.
        if (error instanceof CascadeError && (error.code === "device-lost" || error.code === "out-of-memory")) engine.end(error);
        throw error;
      } finally {
        clearTimeout(timer);
        signal?.removeEventListener("abort", abort);
      }
    },
    async describePrompt(prompt) {
      const engine = current();
      await loaded(engine);
      return await ask(engine, () => engine.remote.describePrompt(prompt));
    },
    dispose: () => live?.end(new CascadeError("aborted", "The engine was closed.")),
  };
}

function startWorker(): WorkerLike {
  return new Worker(new URL("../../workers/cascade.ts", import.meta.url), { type: "module", name: "cascade" });
}
