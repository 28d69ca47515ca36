import { hasFusedAttention } from "../onnx/decompose-attention.ts";
import { CascadeError } from "../shared/errors.ts";
import type { CascadeManifest, FewerBits, FileEntry, PartName } from "../shared/manifest.ts";
import { orAborted } from "../shared/or-aborted.ts";
import type { ExternalFile, PartFiles } from "../shared/part-files.ts";
import type { AnyTensor } from "../shared/tensor.ts";
import type { Engine, SessionOptions } from "./engine.ts";
import { type Opened, openHoisted } from "./hoisted.ts";
import type { OrtTensor, Session } from "./ort.ts";
import type { Recording } from "./recording.ts";
import { type Backend, type FixedShapes, FORMS, type Form, type ModelFolder, type Network, type Runtime } from "./types.ts";

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
  const kept = new Map<string, Promise<Opened>>();
  const avoided = new Set<string>();
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
  const load = (name: PartName, signal: AbortSignal | undefined, options: SessionOptions): Promise<Session> =>
    timed(`open ${name}`, async () => await engine.createSession(...(await files(name, signal)), options));
  /** On the processor, what a denoiser computes anew at every step is cut from what the prompt alone decides. A GPU would have more to encode for it. */
  const loadKept = (name: PartName, form: "direct" | "in-parts"): Promise<Opened> =>
    timed(`open ${name}`, async () => {
      const [graph, data] = await files(name);
      const cut = engine.isProcessor ? await openHoisted(engine, graph, data) : undefined;
      if (cut !== undefined) return cut;
      const session = await engine.createSession(graph, data, { inParts: form === "in-parts" });
      return { network: network(engine, session, form, async () => {}), sessions: [session] };
    });
  /** The part's network that stays. It is for all that wait for it, so no one's cancelling ends it. */
  const keptPart = (name: PartName, form: "direct" | "in-parts" = "direct"): Promise<Opened> => {
    const key = keyOf(name, form);
    const before = kept.get(key);
    if (before !== undefined) return before;
    const loaded = loadKept(name, form);
    kept.set(key, loaded);
    loaded.catch(() => kept.delete(key));
    return loaded;
  };
  const onBackend = async (name: PartName, form: "direct" | "in-parts", signal?: AbortSignal): Promise<Network> => {
    if (resident) return (await orAborted(keptPart(name, form), signal)).network;
    const session = await load(name, signal, { inParts: form === "in-parts" });
    return network(engine, session, form, () => engine.release(session));
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
      return await timed(`record ${name}`, async () => await engine.record(...(await files(name)), fixed)).catch((error: unknown) => {
        if (error instanceof CascadeError) throw error;
        return undefined;
      });
    })();
    const now = { key, recording };
    recorded.set(name, now);
    recording.catch(() => recorded.get(name) === now && recorded.delete(name));
    return await recording;
  };

  const openAs: Readonly<Record<Form, (name: PartName, signal?: AbortSignal, fixed?: FixedShapes) => Promise<Network | undefined>>> = {
    async recorded(name, signal, fixed) {
      const recording = fixed && (await orAborted(recordingOf(name, fixed), signal));
      return recording && replayed(engine, recording);
    },
    direct: (name, signal) => onBackend(name, "direct", signal),
    async "in-parts"(name, signal) {
      if (engine.isProcessor || engine.attention === "decomposed") return undefined;
      const [graph] = await files(name, signal);
      return hasFusedAttention(graph) ? await onBackend(name, "in-parts", signal) : undefined;
    },
    async processor(name, signal) {
      if (engine.isProcessor) return undefined;
      const session = await load(name, signal, { onProcessor: true });
      return onProcessor(engine, session);
    },
  };
  /** The first of these forms that there is and that opens; undefined where there is none. Where the runtime's own code fails, the next form may do. */
  const openFirst = async (
    forms: readonly Form[],
    name: PartName,
    signal?: AbortSignal,
    fixed?: FixedShapes,
  ): Promise<Network | undefined> => {
    let failure: { readonly form: Form; readonly error: unknown } | undefined;
    for (const form of forms) {
      if (avoided.has(keyOf(name, form))) continue;
      try {
        const opened = await openAs[form](name, signal, fixed);
        if (opened !== undefined) return failure === undefined ? opened : { ...opened, insteadOf: failure.form };
      } catch (error) {
        if (error instanceof CascadeError) throw error;
        failure = { form, error };
      }
    }
    if (failure !== undefined) throw failure.error;
    return undefined;
  };

  return {
    backend,
    reason,
    tight,
    runsAhead: resident && bytesOf(manifest) <= AHEAD_BYTES && !engine.isSoftwareGpu,
    async open(name, signal, fixed) {
      const opened = await openFirst(FORMS, name, signal, fixed);
      if (opened === undefined) throw new Error(`${name}: every form of it failed`);
      return opened;
    },
    openSlower: (name, form, signal) => openFirst(FORMS.slice(FORMS.indexOf(form) + 1), name, signal),
    avoid(name, form) {
      avoided.add(keyOf(name, form));
    },
    async prepare(name, fixed) {
      if (resident) await openFirst(["recorded", "direct", "in-parts"], name, undefined, fixed);
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

const keyOf = (name: PartName, form: Form): string => `${name} ${form}`;

function network(
  engine: Engine,
  session: Session,
  form: Form,
  release: () => Promise<void>,
  held: Readonly<Record<string, OrtTensor>> = {},
): Network {
  return {
    form,
    run: (inputs) => engine.run(session, { ...held, ...inputs }),
    hold: async (inputs: Readonly<Record<string, AnyTensor>>) => {
      const uploaded = Object.fromEntries(Object.entries(inputs).map(([name, tensor]) => [name, engine.upload(tensor)]));
      const letGo = async (): Promise<void> => {
        for (const tensor of Object.values(uploaded)) tensor.dispose();
      };
      return network(engine, session, form, letGo, { ...held, ...uploaded });
    },
    release,
  };
}

/** A session on the processor beside a GPU: what it holds stays in memory. */
function onProcessor(engine: Engine, session: Session, held?: Readonly<Record<string, AnyTensor>>): Network {
  return {
    form: "processor",
    run: (inputs) => engine.run(session, { ...held, ...inputs }),
    hold: async (inputs) => onProcessor(engine, session, { ...held, ...inputs }),
    release: async () => {
      if (held === undefined) await engine.release(session);
    },
  };
}

/** A recording as a network. */
function replayed(engine: Engine, recording: Recording, held: Readonly<Record<string, AnyTensor>> = {}): Network {
  return {
    form: "recorded",
    run: (inputs) => engine.replay(recording, inputs, held),
    hold: async (inputs) => replayed(engine, recording, { ...held, ...inputs }),
    release: async () => {},
  };
}

/** Leaves in the thread's performance timeline, which developer tools show, when a part was opened or recorded and how long it took. */
async function timed<T>(what: string, work: () => Promise<T>): Promise<T> {
  const start = performance.now();
  const made = await work();
  performance.measure(what, { start });
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
