import type { AnyTensor } from "../shared/tensor.ts";
import type { Engine } from "./engine.ts";
import type { Session } from "./ort.ts";
import type { Network } from "./types.ts";

/** A session, and the inputs it takes. */
export interface SessionOf {
  readonly session: Session;
  readonly inputs: readonly string[];
}

type Inputs = Readonly<Record<string, AnyTensor>>;

/** A network cut in two (onnx/hoist.ts): while what `once` takes is held, it has run, and a run is one of `step`. */
export function hoistedNetwork(engine: Engine, once: SessionOf, step: SessionOf): Network {
  return {
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
