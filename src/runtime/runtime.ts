import { CascadeError } from "../shared/errors.ts";
import type { CascadeManifest, FewerBits, FileEntry, PartName } from "../shared/manifest.ts";
import { orAborted } from "../shared/or-aborted.ts";
import type { ExternalFile, PartFiles } from "../shared/part-files.ts";
import type { AnyTensor } from "../shared/tensor.ts";
import type { Engine } from "./engine.ts";
import { type Opened, openHoisted } from "./hoisted.ts";
import type { OrtTensor, Session } from "./ort.ts";
import type { Recording } from "./recording.ts";
import type { Backend, FixedShapes, ModelFolder, Network, Runtime } from "./types.ts";

/** A model of at most this many bytes stays loaded whole; of a larger one, a part at a time. */
const RESIDENT_BYTES = 512 * 2 ** 20;
/**
 * And of one of at most this many networks are run ahead. A run can't be cut off, so a press waits for the one on its way: at most 0.8 s of a core's time for the
 * embedded model of 15 MB, which the picture's own first run is shorter by, but minutes for one of gigabytes on the processor.
 */
const AHEAD_BYTES = 32 * 2 ** 20;

export interface RuntimeOptions {
  readonly backend: Backend;
  /** A sentence why this backend and attention form were chosen, for the user. */
  readonly reason: string;
  /** Memory ran out before: keep nothing that is not needed. @default false */
  readonly tight?: boolean;
  /** What weights are cut down to before a part is opened, and by what. @default as they are stored */
  readonly lower?: { readonly to: FewerBits; readonly by: LowerPart };
}

/** Makes a part smaller; undefined where that can't be. */
export type LowerPart = (
  name: PartName,
  config: Readonly<Record<string, unknown>>,
  part: PartFiles,
  to: FewerBits,
) => PartFiles | undefined;

/** Whether a model is small enough to stay loaded whole, where memory is not short. */
export function staysLoaded(manifest: CascadeManifest): boolean {
  return bytesOf(manifest) <= RESIDENT_BYTES;
}

function bytesOf({ parts }: CascadeManifest): number {
  return Object.values(parts).reduce((total, { data }) => data.reduce((sum, { size }) => sum + size, total), 0);
}

/** The networks of one model folder on one engine. */
export function createRuntime(engine: Engine, folder: ModelFolder, manifest: CascadeManifest, options: RuntimeOptions): Runtime {
  const { backend, reason, tight = false, lower } = options;
  const resident = !tight && staysLoaded(manifest);
  const kept = new Map<PartName, Promise<Opened>>();
  let lowered: FewerBits | undefined;
  const recorded = new Map<PartName, { readonly key: string; readonly recording: Promise<Recording | undefined> }>();

  const files = async (name: PartName, signal?: AbortSignal): Promise<[Uint8Array, readonly ExternalFile[]]> => {
    const part = manifest.parts[name];
    if (part === undefined) throw new CascadeError("bad-model", `The model has no ${name}.`);
    const [graph, ...data] = await Promise.all([part.graph, ...part.data].map((entry) => readWhole(folder, entry, signal)));
    if (graph === undefined) throw new Error(`${name}: no graph`);
    const stored: PartFiles = {
      model: new Uint8Array(await graph.arrayBuffer()),
      data: part.data.map(({ file }, i) => ({ path: file, data: data[i] ?? new Blob() })),
    };
    const smaller = lower?.by(name, part.config, stored, lower.to);
    if (smaller !== undefined) lowered = lower?.to;
    const { model, data: external } = smaller ?? stored;
    return [model, external];
  };
  const load = (name: PartName, signal?: AbortSignal): Promise<Session> =>
    timed(name, async () => await engine.createSession(...(await files(name, signal))));
  /** On the processor, what a denoiser computes anew at every step is cut from what the prompt alone decides. A GPU would have more to encode for it. */
  const loadKept = (name: PartName): Promise<Opened> =>
    timed(name, async () => {
      const [graph, data] = await files(name);
      const cut = engine.isProcessor ? await openHoisted(engine, graph, data) : undefined;
      if (cut !== undefined) return cut;
      const session = await engine.createSession(graph, data);
      return { network: network(engine, session, async () => {}), sessions: [session] };
    });
  /** The part's network that stays. It is for all that wait for it, so no one's cancelling ends it. */
  const keptPart = (name: PartName): Promise<Opened> => {
    const before = kept.get(name);
    if (before !== undefined) return before;
    const loaded = loadKept(name);
    kept.set(name, loaded);
    loaded.catch(() => kept.delete(name));
    return loaded;
  };

  /** The part's recording for these shapes; undefined where it can't be recorded. Only of models that stay: to record takes a first run more. */
  const recordingOf = async (name: PartName, fixed: FixedShapes): Promise<Recording | undefined> => {
    if (!resident || engine.isProcessor || !(await engine.canReplay())) return undefined;
    const key = JSON.stringify(fixed);
    const before = recorded.get(name);
    if (before?.key === key) return await before.recording;
    const recording = (async () => {
      const old = await before?.recording.catch(() => undefined);
      if (old !== undefined) await engine.releaseRecording(old);
      // A graph of which the GPU can't run all is refused: it runs unrecorded.
      return await timed(name, async () => await engine.record(...(await files(name)), fixed)).catch((error: unknown) => {
        if (error instanceof CascadeError) throw error;
        return undefined;
      });
    })();
    const now = { key, recording };
    recorded.set(name, now);
    recording.catch(() => recorded.get(name) === now && recorded.delete(name));
    return await recording;
  };

  return {
    backend,
    reason,
    tight,
    runsAhead: resident && bytesOf(manifest) <= AHEAD_BYTES && !engine.isSoftwareGpu,
    async open(name, signal, fixed) {
      const recording = fixed && (await orAborted(recordingOf(name, fixed), signal));
      if (recording !== undefined) return replayed(engine, recording);
      if (!resident) {
        const session = await load(name, signal);
        return network(engine, session, () => engine.release(session));
      }
      return (await orAborted(keptPart(name), signal)).network;
    },
    async prepare(name, fixed) {
      if (!resident || (fixed !== undefined && (await recordingOf(name, fixed)) !== undefined)) return;
      await keptPart(name);
    },
    async openOnProcessor(name, signal) {
      if (engine.isProcessor) return undefined;
      const session = await engine.createSession(...(await files(name, signal)), { onProcessor: true });
      // Only `run` is asked of it: inputs stay in memory here, so there is nothing to hold.
      return { run: (inputs) => engine.run(session, inputs), release: () => engine.release(session) };
    },
    get lowered() {
      return lowered;
    },
    async dispose() {
      const parts = await Promise.allSettled(kept.values());
      kept.clear();
      recorded.clear();
      for (const part of parts) if (part.status === "fulfilled") for (const session of part.value.sessions) await engine.release(session);
      engine.dispose();
    },
  };
}

function network(engine: Engine, session: Session, release: () => Promise<void>, held: Readonly<Record<string, OrtTensor>> = {}): Network {
  return {
    run: (inputs) => engine.run(session, { ...held, ...inputs }),
    hold: async (inputs: Readonly<Record<string, AnyTensor>>) => {
      const uploaded = Object.fromEntries(Object.entries(inputs).map(([name, tensor]) => [name, engine.upload(tensor)]));
      const letGo = async (): Promise<void> => {
        for (const tensor of Object.values(uploaded)) tensor.dispose();
      };
      return network(engine, session, letGo, { ...held, ...uploaded });
    },
    release,
  };
}

/** A recording as a network. */
function replayed(engine: Engine, recording: Recording, held: Readonly<Record<string, AnyTensor>> = {}): Network {
  return {
    run: (inputs) => engine.replay(recording, inputs, held),
    hold: async (inputs) => replayed(engine, recording, { ...held, ...inputs }),
    release: async () => {},
  };
}

/** Leaves in the thread's performance timeline, which developer tools show, when a part was opened and how long it took. */
async function timed<T>(name: PartName, work: () => Promise<T>): Promise<T> {
  const start = performance.now();
  const made = await work();
  performance.measure(`open ${name}`, { start });
  return made;
}

async function readWhole(folder: ModelFolder, { file, size }: FileEntry, signal?: AbortSignal): Promise<Blob> {
  const blob = await folder.read(file, signal);
  if (blob.size === size) return blob;
  throw new CascadeError(
    "bad-model",
    `${file} has ${blob.size} bytes where cascade.json says ${size}: the model is damaged; convert or download it again.`,
  );
}
