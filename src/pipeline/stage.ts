import type { Network, Runtime } from "../runtime/types.ts";
import { CascadeError } from "../shared/errors.ts";
import type { Tensor } from "../shared/tensor.ts";
import type { Denoised } from "./denoise.ts";
import type { CascadeEvent, Pixels, StageName } from "./types.ts";

/** Throws `aborted` where the caller no longer wants the result. */
export function throwIfAborted(signal?: AbortSignal): void {
  if (signal?.aborted) throw new CascadeError("aborted", "The picture was cancelled.");
}

/**
 * Opens a stage's network, runs `work` with it and lets it go again, however `work` ends: one stage at a time is in memory, unless the
 * runtime keeps them. Yields the stage's events around those of `work`; returns its result.
 */
export async function* inStage<Result>(
  runtime: Runtime,
  stage: StageName,
  signal: AbortSignal | undefined,
  work: (network: Network) => AsyncGenerator<CascadeEvent, Result>,
): AsyncGenerator<CascadeEvent, Result> {
  throwIfAborted(signal);
  yield { type: "stage", stage, state: "loading" };
  const network = await runtime.open(stage, signal);
  try {
    throwIfAborted(signal);
    yield { type: "stage", stage, state: "running" };
    const start = performance.now();
    const result = yield* work(network);
    yield { type: "stage", stage, state: "done", seconds: (performance.now() - start) / 1000 };
    return result;
  } finally {
    await network.release();
  }
}

/** Tells the steps of a denoising stage; returns its latent, which is told too. */
export async function* toldSteps(
  stage: "stage-c" | "stage-b",
  denoising: AsyncIterable<Denoised & { readonly preview?: Pixels }>,
): AsyncGenerator<CascadeEvent, Tensor> {
  let result: Tensor | undefined;
  for await (const { step, steps, latent, preview } of denoising) {
    yield { type: "step", stage, step, steps };
    if (preview) yield { type: "preview", image: preview };
    result = latent;
  }
  if (!result) throw new Error(`${stage} took no step`);
  yield { type: "latent", stage, latent: { data: result.data.slice(), dims: result.dims } };
  return result;
}
