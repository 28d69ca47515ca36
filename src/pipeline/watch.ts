import type { Form, Network } from "../runtime/types.ts";
import { CascadeError } from "../shared/errors.ts";
import type { AnyTensor, Tensor } from "../shared/tensor.ts";
import { flawOf } from "./check.ts";

/** Where a watched network's forms come from, and where it is told that one failed. */
export interface Watch {
  /** The network's name in messages. */
  readonly title: string;
  /** The quickest form. */
  open(): Promise<Network>;
  /** The next slower one; undefined where there is none. */
  openSlower(form: Form): Promise<Network | undefined>;
  /** A form failed where a slower one on the same device did not: no later run need try it. */
  avoid(form: Form): void;
  /** Tells the user a sentence. */
  tell(message: string): void;
}

type Inputs = Readonly<Record<string, AnyTensor>>;
type Outputs = Readonly<Record<string, Tensor>>;

/** Why a form is left: what its outputs are, or what the runtime threw. */
type Failure = { readonly flaw: string } | { readonly error: unknown };

/**
 * A network whose every output is looked at. Where one can't be right, or the runtime throws what is no user's to mend, the network is opened in the next slower form
 * and computes in that from then on, this run included. Rejects where no form is left: with `bad-model` after flawed outputs, else with what was thrown.
 */
export async function openWatched(watch: Watch): Promise<Network> {
  const { title } = watch;
  const failed: Form[] = [];
  let whole = await watch.open();
  if (whole.insteadOf !== undefined) watch.tell(sentence(title, "failed", whole.form));

  const fall = async (failure: Failure): Promise<void> => {
    const { form } = whole;
    // The slower form needs its room; that a broken one can't be let go is not what matters.
    await whole.release().catch(() => {});
    whole = { ...whole, release: async () => {} };
    const slower = await watch.openSlower(form);
    if (slower === undefined) throw errorOf(title, failure);
    whole = slower;
    failed.push(form);
    watch.tell(sentence(title, "flaw" in failure ? `computed ${failure.flaw}` : "failed", slower.form));
  };

  /** The network with these inputs held, in whatever form is open. */
  const holding = (fixed: Inputs): Network => {
    let held: { readonly of: Network; readonly network: Network } | undefined;
    const current = async (): Promise<Network> => {
      if (held?.of !== whole) {
        await held?.network.release();
        held = { of: whole, network: await whole.hold(fixed) };
      }
      return held.network;
    };
    return watched(current, fixed, async () => {
      await held?.network.release();
    });
  };

  const watched = (current: () => Promise<Network>, fixed: Inputs, release: () => Promise<void>): Network => ({
    get form() {
      return whole.form;
    },
    async run(inputs) {
      for (;;) {
        const { outputs, failure } = await attempt(async () => await (await current()).run(inputs));
        if (failure === undefined) {
          // What the GPU gets wrong in every form may be this picture's alone.
          if (whole.form !== "processor") for (const form of failed) watch.avoid(form);
          return outputs;
        }
        await fall(failure);
      }
    },
    hold: async (inputs) => holding({ ...fixed, ...inputs }),
    release,
  });

  return watched(
    async () => whole,
    {},
    () => whole.release(),
  );
}

/** Runs a network, and says what is wrong with that. Errors a user can act on are no form's fault: they are thrown. */
async function attempt(
  run: () => Promise<Outputs>,
): Promise<{ readonly outputs: Outputs; readonly failure?: undefined } | { readonly outputs?: undefined; readonly failure: Failure }> {
  try {
    const outputs = await run();
    for (const output of Object.values(outputs)) {
      const flaw = flawOf(output);
      if (flaw !== undefined) return { failure: { flaw } };
    }
    return { outputs };
  } catch (error) {
    if (error instanceof CascadeError) throw error;
    // The user gets a sentence; whoever looks for the cause finds it here.
    console.warn(error);
    return { failure: { error } };
  }
}

function errorOf(title: string, failure: Failure): unknown {
  if ("error" in failure) return failure.error;
  return new CascadeError(
    "bad-model",
    `${title} computed ${failure.flaw}: choose WebAssembly, or convert the model again at a higher precision.`,
  );
}

/** That `what` befell a network, and how it goes on. */
function sentence(title: string, what: string, form: Form): string {
  if (form === "processor") return `${title} ${what} on the GPU, so the processor computes it: slower, but right.`;
  if (form === "in-parts") return `${title} ${what} with fused attention, so attention is computed in parts: a little slower.`;
  return `${title} ${what} when its recorded commands were replayed, so they are sent anew at each step: a little slower.`;
}
