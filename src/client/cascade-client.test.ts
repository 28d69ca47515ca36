import * as comlink from "comlink";
import { describe, expect, expectTypeOf, test, vi } from "vitest";
import type { CascadeEvent, Pixels, RunState, Settings, StageName } from "../pipeline/types.ts";
import { CascadeError } from "../shared/errors.ts";
import { engineDe } from "../ui/strings/engine-de.ts";
import { type CascadeClient, createCascade, type WorkerLike } from "./cascade-client.ts";
import { type CascadeInfo, type CascadeService, type LoadOptions, outcomeOf, unpack } from "./protocol.ts";

const stage = { steps: 2, guidance: 4, sampler: "ddpm" } as const;
const settings: Settings = { prompt: "a cat", negativePrompt: "", width: 64, height: 64, seed: 1, stageC: stage, stageB: stage };
const info: CascadeInfo = {
  name: "test",
  backend: "wasm",
  reason: "",
  granularity: 64,
  leastSide: 64,
  defaults: settings,
  parameters: 1,
  precision: "q8",
  fewerBits: [],
};
const picture: Pixels = { width: 1, height: 1, data: new Uint8ClampedArray([1, 2, 3, 255]) };

/** A service behind a real MessageChannel, as a worker would be. */
function fakeWorker(service: Partial<CascadeService>): WorkerLike & { readonly terminate: ReturnType<typeof vi.fn> } {
  const { port1, port2 } = new MessageChannel();
  const whole: CascadeService = {
    load: async () => ({ ok: true, value: info }),
    prepare: async () => ({ ok: true, value: undefined }),
    generate: async () => ({ ok: true, value: picture }),
    cancel: () => {},
    describePrompt: async () => ({ ok: true, value: { tokens: 4, maxTokens: 77, leftOut: "", unknownWords: [] } }),
    ...service,
  };
  comlink.expose(whole, port2);
  return Object.assign(port1, {
    terminate: vi.fn(() => {
      port1.close();
      port2.close();
    }),
  });
}

const client = (service: Partial<CascadeService>, patience?: number) => {
  const worker = fakeWorker(service);
  const make = vi.fn(() => worker);
  return { worker, make, cascade: createCascade({ modelUrl: "http://localhost/models/mini/", backend: "auto" }, make, patience) };
};

test("a picture and its events arrive in order", async () => {
  const events: CascadeEvent[] = [];
  const sent: CascadeEvent[] = [
    { type: "stage", stage: "stage-c", state: "running" },
    { type: "step", stage: "stage-c", step: 1, steps: 2 },
    { type: "step", stage: "stage-c", step: 2, steps: 2 },
  ];
  const { cascade } = client({
    generate: async (_, onEvent) => {
      for (const event of sent) await onEvent(event);
      return { ok: true, value: picture };
    },
  });
  expect(await cascade.generate(settings, { onEvent: (event) => events.push(event) })).toEqual(picture);
  expect(events).toEqual(sent);
  cascade.dispose();
});

test("an error keeps its class and code across the worker's boundary", async () => {
  const { cascade } = client({
    generate: () => outcomeOf(() => Promise.reject(new CascadeError("bad-settings", "The prompt is empty."))),
  });
  const error = await cascade.generate(settings).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(CascadeError);
  expect(error).toMatchObject({ code: "bad-settings", message: "The prompt is empty." });
  cascade.dispose();
});

test("a bug stays a plain error", () => {
  expect(() => unpack({ ok: false, error: { message: "undefined is not a function" } })).toThrow(
    expect.not.objectContaining({ name: "CascadeError" }),
  );
});

describe("cancelling", () => {
  test("between steps: the worker ends the run and lives on", async () => {
    let stop: () => void = () => {};
    const stopped = new Promise<void>((resolve) => {
      stop = resolve;
    });
    const { cascade, worker, make } = client({
      generate: (_, onEvent) =>
        outcomeOf(async () => {
          await onEvent({ type: "step", stage: "stage-c", step: 1, steps: 2 });
          await stopped;
          throw new CascadeError("aborted", "Cancelled.");
        }),
      cancel: () => stop(),
    });
    const controller = new AbortController();
    const run = cascade.generate(settings, { signal: controller.signal, onEvent: () => controller.abort() });
    await expect(run).rejects.toMatchObject({ code: "aborted" });
    expect(worker.terminate).not.toHaveBeenCalled();
    await cascade.describePrompt("again");
    expect(make).toHaveBeenCalledTimes(1);
    cascade.dispose();
  });

  test("a step that hangs: the worker is ended, and the next run starts a new one", async () => {
    let started: () => void = () => {};
    const isRunning = new Promise<void>((resolve) => {
      started = resolve;
    });
    const hanging = fakeWorker({
      generate: () => {
        started();
        return new Promise(() => {});
      },
    });
    const fresh = fakeWorker({});
    const make = vi.fn<() => WorkerLike>().mockReturnValueOnce(hanging).mockReturnValueOnce(fresh);
    const cascade = createCascade({ modelUrl: "http://localhost/", backend: "auto" }, make, 20);
    await cascade.load();
    const controller = new AbortController();
    const run = cascade.generate(settings, { signal: controller.signal });
    await isRunning;
    controller.abort();
    await expect(run).rejects.toMatchObject({ code: "aborted" });
    expect(hanging.terminate).toHaveBeenCalledTimes(1);
    expect(await cascade.generate(settings)).toEqual(picture);
    cascade.dispose();
  });

  test("before it began: nothing starts", async () => {
    const { cascade, make } = client({});
    await expect(cascade.generate(settings, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: "aborted" });
    expect(make).not.toHaveBeenCalled();
  });
});

test("a model that could not be loaded is tried again", async () => {
  let tries = 0;
  const { cascade } = client({
    load: () => outcomeOf(async () => (++tries === 1 ? Promise.reject(new CascadeError("download-failed", "No connection.")) : info)),
  });
  await expect(cascade.load()).rejects.toMatchObject({ code: "download-failed" });
  expect(await cascade.load()).toEqual(info);
  cascade.dispose();
});

describe("preparing", () => {
  test("asks the loaded worker, and a picture needs no other", async () => {
    const asked: string[] = [];
    const { cascade, make } = client({
      load: async () => {
        asked.push("load");
        return { ok: true, value: info };
      },
      prepare: async ({ width }) => {
        asked.push(`prepare ${width}`);
        return { ok: true, value: undefined };
      },
      generate: async () => {
        asked.push("generate");
        return { ok: true, value: picture };
      },
    });
    await cascade.prepare(settings);
    expect(await cascade.generate(settings)).toEqual(picture);
    expect(asked).toEqual(["load", "prepare 64", "generate"]);
    expect(make).toHaveBeenCalledTimes(1);
    cascade.dispose();
  });

  test("that finds the device gone or memory out ends the worker, so that the picture gets a new one; other failures don't", async () => {
    for (const [code, workers] of [
      ["device-lost", 2],
      ["out-of-memory", 2],
      ["download-failed", 1],
    ] as const) {
      const make = vi.fn<() => WorkerLike>(() =>
        fakeWorker({ prepare: () => outcomeOf(() => Promise.reject(new CascadeError(code, "Gone."))) }),
      );
      const cascade = createCascade({ modelUrl: "http://localhost/", backend: "auto" }, make);
      await expect(cascade.prepare(settings)).rejects.toMatchObject({ code });
      expect(await cascade.generate(settings)).toEqual(picture);
      expect(make, code).toHaveBeenCalledTimes(workers);
      cascade.dispose();
    }
  });

  test("ends with the engine when that is closed", async () => {
    const { cascade } = client({ prepare: () => new Promise(() => {}) });
    await cascade.load();
    const preparing = cascade.prepare(settings);
    cascade.dispose();
    await expect(preparing).rejects.toMatchObject({ code: "aborted" });
  });
});

describe("when memory runs out", () => {
  const outOfMemory = () => outcomeOf<Pixels>(() => Promise.reject(new CascadeError("out-of-memory", "Memory ran out.")));
  const state: RunState = { stageC: { step: 1, latent: { data: Float32Array.of(1, 2), dims: [1, 2, 1, 1] } } };
  const failing = (asked: LoadOptions[], backend: "webgpu" | "wasm", resumed: (RunState | undefined)[] = []) =>
    fakeWorker({
      load: async (options) => {
        asked.push(options);
        return { ok: true, value: { ...info, backend } };
      },
      generate: async (_, onEvent, resume) => {
        resumed.push(resume);
        await onEvent({ type: "checkpoint", state });
        return outOfMemory();
      },
    });

  test("the run goes on from its last step, asking for less, then on the processor, and says so", async () => {
    const asked: LoadOptions[] = [];
    const resumed: (RunState | undefined)[] = [];
    const notes: string[] = [];
    const workers = [failing(asked, "webgpu", resumed), failing(asked, "webgpu", resumed)];
    const last = fakeWorker({
      load: async (options) => {
        asked.push(options);
        return { ok: true, value: info };
      },
      generate: async (_settings, _onEvent, resume) => {
        resumed.push(resume);
        return { ok: true, value: picture };
      },
    });
    const cascade = createCascade({ modelUrl: "http://localhost/", backend: "auto" }, () => workers.shift() ?? last);
    const onEvent = (event: CascadeEvent) => event.type === "note" && notes.push(event.message);
    expect(await cascade.generate(settings, { onEvent })).toEqual(picture);
    expect(asked.map(({ tight, backend }) => `${backend} ${tight ?? false}`)).toEqual(["auto false", "auto true", "wasm true"]);
    expect(resumed).toEqual([undefined, state, state]);
    expect(notes).toEqual([expect.stringMatching(/one part of the model/), expect.stringMatching(/on the processor/)]);
    cascade.dispose();
  });

  /** What was asked for until nothing less could be, and what was told; memory runs out in `stage` on every backend. */
  async function exhausted(stage: StageName, about: Partial<CascadeInfo>, backend: LoadOptions["backend"] = "auto") {
    const asked: string[] = [];
    const notes: string[] = [];
    const failingIn = () =>
      fakeWorker({
        load: async ({ backend: wanted, tight = false, precision = "stored" }) => {
          asked.push(`${wanted} ${tight} ${precision}`);
          return { ok: true, value: { ...info, ...about, ...(wanted === "wasm" && { backend: wanted }) } };
        },
        generate: async (_, onEvent) => {
          await onEvent({ type: "stage", stage, state: "loading" });
          return outOfMemory();
        },
      });
    const cascade = createCascade({ modelUrl: "http://localhost/", backend }, failingIn);
    const onEvent = (event: CascadeEvent) => event.type === "note" && notes.push(event.message);
    await expect(cascade.generate(settings, { onEvent })).rejects.toMatchObject({ code: "out-of-memory" });
    return { asked, notes };
  }

  test("with one part at a time, the weights get fewer bits before the processor takes over, each told in a sentence", async () => {
    const { asked, notes } = await exhausted("stage-c", { backend: "webgpu", fewerBits: ["q8", "q4"] });
    expect(asked).toEqual(["auto false stored", "auto true stored", "auto true q8", "auto true q4", "wasm true q4"]);
    expect(notes).toEqual([
      expect.stringMatching(/one part of the model/),
      "Memory still ran out, so this goes on with the model's weights cut down to 8 bits.",
      "Memory still ran out, so this goes on with the model's weights cut down to 4 bits.",
      expect.stringMatching(/on the processor/),
    ]);
    for (const note of notes)
      expect(
        engineDe.some(([english]) => english.test(note)),
        note,
      ).toBe(true);
  });

  test("fewer bits are also for a processor that was asked for, and none are where weights are not what fills the memory", async () => {
    expect((await exhausted("text-encoder", { fewerBits: ["q4"] }, "wasm")).asked).toEqual([
      "wasm false stored",
      "wasm true stored",
      "wasm true q4",
    ]);
    const stageA = await exhausted("stage-a", { backend: "webgpu", fewerBits: ["q8", "q4"] });
    expect(stageA.asked).toEqual(["auto false stored", "auto true stored", "wasm true stored"]);
  });

  test("and can't ask for less, the error comes", async () => {
    const asked: LoadOptions[] = [];
    const cascade = createCascade({ modelUrl: "http://localhost/", backend: "wasm" }, () => failing(asked, "wasm"));
    await expect(cascade.generate(settings)).rejects.toMatchObject({ code: "out-of-memory" });
    expect(asked).toHaveLength(2);
  });
});

const step: CascadeEvent = { type: "step", stage: "stage-c", step: 1, steps: 2 };

describe("after a lost device", () => {
  const code = "device-lost";
  const lost = (...before: readonly CascadeEvent[]) =>
    fakeWorker({
      generate: (_, onEvent) =>
        outcomeOf(async () => {
          for (const event of before) await onEvent(event);
          throw new CascadeError(code, "Gone.");
        }),
    });
  const drawnBy = (...workers: readonly WorkerLike[]) => {
    const make = vi.fn<() => WorkerLike>();
    for (const worker of workers) make.mockReturnValueOnce(worker);
    return { make, cascade: createCascade({ modelUrl: "http://localhost/", backend: "auto" }, make) };
  };

  test("during a run, that is told, and the next picture gets a new worker", async () => {
    const worker = lost(step);
    const { cascade } = drawnBy(worker, fakeWorker({}));
    await expect(cascade.generate(settings)).rejects.toMatchObject({ code });
    expect(worker.terminate).toHaveBeenCalled();
    expect(await cascade.generate(settings)).toEqual(picture);
    cascade.dispose();
  });

  test("while nothing was drawn, the picture gets a new worker and no one need know", async () => {
    const { cascade, make } = drawnBy(lost({ type: "stage", stage: "text-encoder", state: "loading" }), fakeWorker({}));
    expect(await cascade.generate(settings)).toEqual(picture);
    expect(make).toHaveBeenCalledTimes(2);
    cascade.dispose();
  });

  test("that is lost again at once, that is told", async () => {
    const { cascade, make } = drawnBy(lost(), lost());
    await expect(cascade.generate(settings)).rejects.toMatchObject({ code });
    expect(make).toHaveBeenCalledTimes(2);
  });
});

describe("where the GPU was taken automatically and fails", () => {
  const state: RunState = { stageC: { step: 1, latent: { data: Float32Array.of(1, 2), dims: [1, 2, 1, 1] } } };
  const gone = new CascadeError("device-lost", "Gone.");
  const thrown = new TypeError("Cannot set properties of undefined");

  /** What was asked of each worker, and what was said, where each worker on the GPU takes a step and fails by `error`. */
  async function drawn(error: Error, backend: LoadOptions["backend"] = "auto") {
    const asked: string[] = [];
    const notes: string[] = [];
    const make = () => {
      let onGpu = true;
      return fakeWorker({
        load: async ({ backend: wanted }) => {
          onGpu = wanted !== "wasm";
          asked.push(wanted);
          return { ok: true, value: { ...info, backend: onGpu ? "webgpu" : "wasm" } };
        },
        generate: (_, onEvent, resume) =>
          outcomeOf(async () => {
            asked.push(resume === undefined ? "from the start" : "from its last step");
            if (!onGpu) return picture;
            await onEvent(step);
            await onEvent({ type: "checkpoint", state });
            throw error;
          }),
      });
    };
    const cascade = createCascade({ modelUrl: "http://localhost/", backend }, make);
    const onEvent = (event: CascadeEvent) => event.type === "note" && notes.push(event.message);
    const image = await cascade.generate(settings, { onEvent }).finally(() => cascade.dispose());
    expect(image).toEqual(picture);
    for (const note of notes) {
      const isKnown = engineDe.some(([english]) => english.test(note));
      expect(isKnown, note).toBe(true);
    }
    return { asked, notes };
  }

  test("by an exception of the runtime, the processor goes on from the last step", async () => {
    const { asked, notes } = await drawn(thrown);
    expect(asked).toEqual(["auto", "from the start", "wasm", "from its last step"]);
    expect(notes).toEqual(["Drawing on the GPU failed, so this goes on on the processor."]);
  });

  test("by losing its device, it is tried once more from the last step, then the processor", async () => {
    const { asked, notes } = await drawn(gone);
    expect(asked).toEqual(["auto", "from the start", "auto", "from its last step", "wasm", "from its last step"]);
    expect(notes).toEqual([
      "Drawing on the GPU stopped, so this goes on anew from its last step.",
      "Drawing on the GPU stopped again, so this goes on on the processor.",
    ]);
  });

  test("one that was demanded is not left: the failure is told", async () => {
    await expect(drawn(thrown, "webgpu")).rejects.toThrow("Cannot set properties");
    await expect(drawn(gone, "webgpu")).rejects.toMatchObject({ code: "device-lost" });
  });

  test("what the user can mend is told", async () => {
    await expect(drawn(new CascadeError("bad-model", "Damaged."))).rejects.toMatchObject({ code: "bad-model" });
  });
});

test("a worker that is killed without a word ends the run with what to do, and the next run starts a new one", async () => {
  let release = (): void => {};
  const locks = {
    request: vi.fn(async (_name: string, granted: () => void) => {
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      granted();
    }),
  };
  vi.stubGlobal("navigator", { locks });
  const killed = fakeWorker({
    load: async () => ({ ok: true, value: { ...info, lifeLock: "life" } }),
    generate: async (_, onEvent) => {
      await onEvent(step);
      release();
      return await new Promise(() => {});
    },
  });
  const make = vi.fn<() => WorkerLike>().mockReturnValueOnce(killed).mockReturnValueOnce(fakeWorker({}));
  const cascade = createCascade({ modelUrl: "http://localhost/", backend: "auto" }, make);
  await expect(cascade.generate(settings)).rejects.toMatchObject({
    code: "device-lost",
    message: "The browser ended the drawing worker: generate again to start it anew.",
  });
  expect(locks.request).toHaveBeenCalledWith("life", expect.any(Function));
  expect(await cascade.generate(settings)).toEqual(picture);
  cascade.dispose();
  vi.unstubAllGlobals();
});

test("the types of the client's surface", () => {
  expectTypeOf<CascadeClient["generate"]>().parameter(0).toEqualTypeOf<Settings>();
  expectTypeOf<CascadeClient["generate"]>().returns.resolves.toEqualTypeOf<Pixels>();
  expectTypeOf<CascadeClient["load"]>().returns.resolves.toEqualTypeOf<CascadeInfo>();
});
