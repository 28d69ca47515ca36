import { CascadeError } from "../shared/errors.ts";
import type { CascadeManifest, FileEntry, PartName } from "../shared/manifest.ts";
import type { AnyTensor } from "../shared/tensor.ts";
import type { Engine } from "./engine.ts";
import type { OrtTensor, Session } from "./ort.ts";
import type { Backend, ModelFolder, Network, Runtime } from "./types.ts";

/** A model of at most this many bytes stays loaded whole; of a larger one, a part at a time. */
const RESIDENT_BYTES = 512 * 2 ** 20;

export interface RuntimeOptions {
  readonly backend: Backend;
  /** A sentence why this backend and attention form were chosen, for the user. */
  readonly reason: string;
  /** Memory ran out before: keep nothing that is not needed. @default false */
  readonly tight?: boolean;
}

/** The networks of one model folder on one engine. */
export function createRuntime(engine: Engine, folder: ModelFolder, manifest: CascadeManifest, options: RuntimeOptions): Runtime {
  const { backend, reason, tight = false } = options;
  const total = Object.values(manifest.parts).reduce((sum, part) => sum + part.data.reduce((bytes, { size }) => bytes + size, 0), 0);
  const resident = !tight && total <= RESIDENT_BYTES;
  const kept = new Map<PartName, Promise<Session>>();

  const load = async (name: PartName, signal?: AbortSignal, onProcessor = false): Promise<Session> => {
    const part = manifest.parts[name];
    if (part === undefined) throw new CascadeError("bad-model", `The model has no ${name}.`);
    const [graph, ...data] = await Promise.all([part.graph, ...part.data].map((entry) => readWhole(folder, entry, signal)));
    if (graph === undefined) throw new Error(`${name}: no graph`);
    return await engine.createSession(
      new Uint8Array(await graph.arrayBuffer()),
      part.data.map(({ file }, i) => ({ path: file, data: data[i] ?? new Blob() })),
      { onProcessor },
    );
  };

  return {
    backend,
    reason,
    tight,
    async open(name, signal) {
      if (!resident) {
        const session = await load(name, signal);
        return network(engine, session, () => engine.release(session));
      }
      const session = kept.get(name) ?? load(name, signal);
      kept.set(name, session);
      try {
        return network(engine, await session, async () => {});
      } catch (error) {
        kept.delete(name);
        throw error;
      }
    },
    async openOnProcessor(name, signal) {
      if (engine.isProcessor) return undefined;
      const session = await load(name, signal, true);
      // Only `run` is asked of it: inputs stay in memory here, so there is nothing to hold.
      return { run: (inputs) => engine.run(session, inputs), release: () => engine.release(session) };
    },
    async dispose() {
      const sessions = await Promise.allSettled(kept.values());
      kept.clear();
      for (const session of sessions) if (session.status === "fulfilled") await engine.release(session.value);
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

async function readWhole(folder: ModelFolder, { file, size }: FileEntry, signal?: AbortSignal): Promise<Blob> {
  const blob = await folder.read(file, signal);
  if (blob.size === size) return blob;
  throw new CascadeError(
    "bad-model",
    `${file} has ${blob.size} bytes where cascade.json says ${size}: the model is damaged; convert or download it again.`,
  );
}
