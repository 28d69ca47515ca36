import type { Network } from "../runtime/types.ts";
import { CascadeError } from "../shared/errors.ts";
import type { AnyTensor, Tensor } from "../shared/tensor.ts";
import { flawOf } from "./check.ts";

export interface Watch {
  /** The network's name in messages. */
  readonly title: string;
  /** The same network where its numbers are right whatever the GPU does; undefined where there is no such place. */
  reopen(): Promise<Omit<Network, "hold"> | undefined>;
  /** Tells the user a sentence. */
  tell(message: string): void;
}

/**
 * A network whose every output is looked at. Where one can't be right, the network is opened in the safer place, and computes there from then on, this
 * run included. Rejects with `bad-model` where there is no such place or it fails there too.
 */
export function watched(network: Network, watch: Watch): Network {
  let safer: ReturnType<Watch["reopen"]> | undefined;

  const runSafely = async (flaw: string, inputs: Readonly<Record<string, AnyTensor>>): Promise<Record<string, Tensor>> => {
    const { title } = watch;
    if (safer === undefined) {
      safer = watch.reopen();
      if ((await safer) !== undefined) watch.tell(`${title} computed ${flaw} on the GPU, so the processor computes it: slower, but right.`);
    }
    const outputs = await (await safer)?.run(inputs);
    const left = outputs === undefined ? flaw : flawIn(outputs);
    if (outputs !== undefined && left === undefined) return outputs;
    throw new CascadeError("bad-model", `${title} computed ${left}: choose WebAssembly, or convert the model again at a higher precision.`);
  };

  const around = (inner: Network, fixed: Readonly<Record<string, AnyTensor>>): Network => ({
    async run(inputs) {
      if (safer !== undefined) return await runSafely("", { ...fixed, ...inputs });
      const outputs = await inner.run(inputs);
      const flaw = flawIn(outputs);
      return flaw === undefined ? outputs : await runSafely(flaw, { ...fixed, ...inputs });
    },
    hold: async (inputs) => around(await inner.hold(inputs), { ...fixed, ...inputs }),
    async release() {
      await inner.release();
      // The held network goes first and may be followed by runs of the whole one.
      if (inner === network) await (await safer)?.release();
    },
  });
  return around(network, {});
}

function flawIn(outputs: Readonly<Record<string, Tensor>>): string | undefined {
  for (const output of Object.values(outputs)) {
    const flaw = flawOf(output);
    if (flaw !== undefined) return flaw;
  }
  return undefined;
}
