import { fusedAttentionIsRight } from "./attention-check.ts";
import { requestDevice } from "./device.ts";
import { type AttentionForm, Engine } from "./engine.ts";
import { secondIsQuicker, type TimedRun, trialInput, trialModel } from "./form-trial.ts";
import type { LoadedOrt } from "./ort.ts";

/**
 * An engine on this machine's GPU, with attention in a form that is right there: fused on a plain device; where that is wrong, on one without `subgroups` or in parts,
 * whichever is right and quicker. Rejects where none is right, with what the last one failed by.
 */
export async function webGpuEngine(loaded: LoadedOrt): Promise<Engine> {
  const failures: unknown[] = [];
  const right = async (form: AttentionForm): Promise<Engine | undefined> => {
    let engine: Engine | undefined;
    try {
      engine = new Engine(loaded, form, await requestDevice({ subgroups: form !== "fused-without-subgroups" }));
      if (await attentionIsRight(engine)) return engine;
      failures.push(new Error("this GPU gets attention wrong in every form"));
    } catch (error) {
      failures.push(error);
    }
    engine?.dispose();
    return undefined;
  };
  const plain = await right("fused");
  if (plain !== undefined) return plain;
  const whole = await right("fused-without-subgroups");
  const parts = await right("decomposed");
  const kept = whole === undefined ? parts : parts === undefined ? whole : await quickerOf(whole, parts);
  if (kept === undefined) throw failures.at(-1);
  return kept;
}

async function attentionIsRight(engine: Engine): Promise<boolean> {
  return await fusedAttentionIsRight(async (model, inputs) => {
    const session = await engine.createSession(model, []);
    try {
      const { output } = await engine.run(session, inputs);
      if (output === undefined) throw new Error("the attention graph has no output");
      return output;
    } finally {
      await engine.release(session);
    }
  });
}

/** Keeps the quicker of two and ends the other. */
async function quickerOf(whole: Engine, parts: Engine): Promise<Engine> {
  try {
    const trials = [await openTrial(whole), await openTrial(parts)] as const;
    const isParts = await secondIsQuicker(trials[0].run, trials[1].run);
    for (const trial of trials) await trial.release();
    const [kept, left] = isParts ? [parts, whole] : [whole, parts];
    left.dispose();
    return kept;
  } catch (error) {
    for (const engine of [whole, parts]) engine.dispose();
    throw error;
  }
}

async function openTrial(engine: Engine): Promise<{ readonly run: TimedRun; release(): Promise<void> }> {
  const session = await engine.createSession(trialModel(), []);
  return {
    run: async (batch) => {
      const x = trialInput(batch);
      const start = performance.now();
      await engine.run(session, { x });
      return performance.now() - start;
    },
    release: () => engine.release(session),
  };
}
