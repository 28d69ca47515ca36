import * as comlink from "comlink";
import type { PromptInfo } from "../pipeline/describe-prompt.ts";
import type { CascadeEvent, Pixels, RunState, Settings, StageName } from "../pipeline/types.ts";
import { Ending } from "../shared/ending.ts";
import { CascadeError } from "../shared/errors.ts";
import { type CascadeInfo, type CascadeService, type LoadOptions, type Outcome, unpack } from "./protocol.ts";
import { watchLife } from "./watch-life.ts";

export interface GenerateOptions {
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: CascadeEvent) => void;
  /** The last `checkpoint` of an earlier run of the same settings and model: its steps are not done again. */
  readonly resume?: RunState | undefined;
}

/** The engine as page code sees it. One picture at a time. */
export interface CascadeClient {
  /** Starts the worker and opens the model; again only after the worker ended. */
  load(): Promise<CascadeInfo>;
  /**
   * Has the worker open the networks that a picture of these settings will need, as far as they stay open anyway, and run those of a small model once, until a
   * picture is asked for: that one finds them, and waits at most for the one on its way. Rejects with CascadeError where one can't be opened or run; `generate` will try again.
   */
  prepare(settings: Settings): Promise<void>;
  /**
   * Draws a picture. Aborting ends it between steps, or, where a step hangs, with the worker. Where memory runs out it goes on from its last step in a
   * new worker that asks for less, telling so by a note. Where the device proves lost before the first step (a machine that slept), a new worker draws it. Where
   * nobody asked for the GPU, a new worker also goes on after it was lost during the run, and the processor where it is lost again or the runtime fails on it.
   * Rejects with CascadeError.
   */
  generate(settings: Settings, options?: GenerateOptions): Promise<Pixels>;
  /** How the model reads a prompt. Rejects with `bad-settings` where it is too long to be drawn. */
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
  /** What is asked for: less after memory ran out. */
  let wanted = options;
  let opened: CascadeInfo | undefined;

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
    engine.loaded ??= ask(engine, () => engine.remote.load(wanted)).then(
      (info) => {
        opened = info;
        // If we ended it ourselves, this says nothing new.
        watchLife(info.lifeLock, () =>
          engine.end(new CascadeError("device-lost", "The browser ended the drawing worker: generate again to start it anew.")),
        );
        return info;
      },
      (error) => {
        delete engine.loaded;
        throw error;
      },
    );
    return engine.loaded;
  };

  /** A lost device is not given back by the runtime, nor is memory by WebAssembly: what follows gets a new worker. */
  const endedBy = async <T>(engine: Live, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      if (error instanceof CascadeError && (error.code === "device-lost" || error.code === "out-of-memory")) engine.end(error);
      throw error;
    }
  };

  const draw = async (
    settings: Settings,
    onEvent: (event: CascadeEvent) => void,
    resume: RunState | undefined,
    signal: AbortSignal | undefined,
  ): Promise<Pixels> => {
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
      return await endedBy(engine, async () => {
        await loaded(engine);
        if (signal?.aborted) throw cancelled();
        return await ask(engine, () => engine.remote.generate(settings, comlink.proxy(onEvent), resume));
      });
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
    }
  };

  return {
    load: () => loaded(current()),
    async prepare(settings) {
      const engine = current();
      await endedBy(engine, async () => {
        await loaded(engine);
        await ask(engine, () => engine.remote.prepare(settings));
      });
    },
    async generate(settings, { signal, onEvent = () => {}, resume } = {}) {
      let state = resume;
      let mayRenew = true;
      let losses = 0;
      let stage: StageName | undefined;
      const listen = (event: CascadeEvent): void => {
        if (event.type === "checkpoint") state = event.state;
        if (event.type === "stage") stage = event.stage;
        if (event.type === "step") mayRenew = false;
        onEvent(event);
      };
      for (;;) {
        stage = undefined;
        try {
          return await draw(settings, listen, state, signal);
        } catch (error) {
          const isLost = error instanceof CascadeError && error.code === "device-lost";
          if (isLost) losses++;
          if (mayRenew && isLost) {
            mayRenew = false;
            continue;
          }
          const other = signal?.aborted ? undefined : otherWay(error, { options: wanted, info: opened, stage, losses });
          if (other === undefined) throw error;
          // A worker whose runtime threw is of no more use.
          live?.end(new CascadeError("aborted", "The engine was started anew."));
          wanted = other.options;
          onEvent({ type: "note", message: other.message });
        }
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

interface Way {
  readonly options: LoadOptions;
  readonly message: string;
}

/** How a run that failed by `error` goes on, and what is said of it; undefined where that is the user's to mend, or there is no other way. */
function otherWay(
  error: unknown,
  { options, info, stage, losses }: { options: LoadOptions; info: CascadeInfo | undefined; stage: StageName | undefined; losses: number },
): Way | undefined {
  if (error instanceof CascadeError && error.code === "out-of-memory") return moreFrugal(options, info, stage);
  const isLost = error instanceof CascadeError && error.code === "device-lost";
  if (info?.backend !== "webgpu" || options.backend !== "auto" || (error instanceof CascadeError && !isLost)) return undefined;
  if (isLost && losses === 1) return { options, message: "Drawing on the GPU stopped, so this goes on anew from its last step." };
  const what = isLost ? "stopped again" : "failed";
  return { options: { ...options, backend: "wasm" }, message: `Drawing on the GPU ${what}, so this goes on on the processor.` };
}

/** What to ask for after memory ran out under `options`, in `stage` of the model as it was opened; undefined where nothing asks for less. */
function moreFrugal(options: LoadOptions, info: CascadeInfo | undefined, stage: StageName | undefined): Way | undefined {
  if (options.tight !== true) {
    return {
      options: { ...options, tight: true },
      message: "Memory ran out, so this goes on with one part of the model in memory at a time.",
    };
  }
  const { fewerBits = [], backend } = info ?? {};
  const precision = fewerBits[options.precision === undefined ? 0 : fewerBits.indexOf(options.precision) + 1];
  // Stage A's weights are few: its tiles fill the memory.
  if (precision !== undefined && stage !== "stage-a") {
    return {
      options: { ...options, precision },
      message: `Memory still ran out, so this goes on with the model's weights cut down to ${precision === "q8" ? 8 : 4} bits.`,
    };
  }
  if (backend === "webgpu" && options.backend === "auto") {
    return { options: { ...options, backend: "wasm" }, message: "The GPU's memory ran out, so this goes on on the processor." };
  }
  return undefined;
}

function startWorker(): WorkerLike {
  return new Worker(new URL("../../workers/cascade.ts", import.meta.url), { type: "module", name: "cascade" });
}
