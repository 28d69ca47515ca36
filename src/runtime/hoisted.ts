import { hoist } from "../onnx/hoist.ts";
import type { ExternalFile } from "../shared/part-files.ts";
import type { AnyTensor } from "../shared/tensor.ts";
import type { Engine } from "./engine.ts";
import type { Session } from "./ort.ts";
import type { Network } from "./types.ts";

/** Inputs of a denoiser that change from step to step. */
export const CHANGING: readonly string[] = ["sample", "timestep_ratio"];

/** A network, and the sessions to release when it is no longer needed. */
export interface Opened {
  readonly network: Network;
  readonly sessions: readonly Session[];
}

/** A session, and the inputs it takes. */
interface SessionOf {
  readonly session: Session;
  readonly inputs: readonly string[];
}

type Inputs = Readonly<Record<string, AnyTensor>>;

/** A denoiser cut in two (onnx/hoist.ts) and opened; undefined where there is nothing to cut. */
export async function openHoisted(engine: Engine, graph: Uint8Array, external: readonly ExternalFile[]): Promise<Opened | undefined> {
  const parts = hoist(graph, CHANGING);
  if (parts === undefined) return undefined;
  const once = { session: await engine.createSession(parts.once.model, external), inputs: parts.once.inputs };
  const step = { session: await engine.createSession(parts.step.model, external), inputs: parts.step.inputs };
  return { network: hoistedNetwork(engine, once, step), sessions: [once.session, step.session] };
}

/** While what `once` takes is held, it has run, and a run is one of `step`. */
function hoistedNetwork(engine: Engine, once: SessionOf, step: SessionOf): Network {
  return {
    form: "direct",
    run: async (inputs) => await runStep(engine, step, { ...inputs, ...(await engine.run(once.session, picked(inputs, once))) }),
    hold: (inputs) => held(engine, once, step, inputs),
    release: async () => {},
  };
}

async function held(engine: Engine, once: SessionOf, step: SessionOf, inputs: Inputs): Promise<Network> {
  const isWhole = once.inputs.every((name) => name in inputs);
  const kept = isWhole ? { ...inputs, ...(await engine.run(once.session, picked(inputs, once))) } : inputs;
  const whole = hoistedNetwork(engine, once, step);
  return {
    form: "direct",
    run: (more) => (isWhole ? runStep(engine, step, { ...kept, ...more }) : whole.run({ ...kept, ...more })),
    hold: (more) => held(engine, once, step, { ...inputs, ...more }),
    release: async () => {},
  };
}

async function runStep(engine: Engine, step: SessionOf, inputs: Inputs) {
  return await engine.run(step.session, picked(inputs, step));
}

/** The inputs a session takes: it refuses others. */
function picked(inputs: Inputs, { inputs: names }: SessionOf): Inputs {
  return Object.fromEntries(Object.entries(inputs).filter(([name]) => names.includes(name)));
}
