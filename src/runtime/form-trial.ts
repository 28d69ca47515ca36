import { GraphBuilder } from "../onnx/builder.ts";
import { dim } from "../onnx/dim.ts";
import { matMulNBits, multiHeadAttention } from "../onnx/ops/matrix.ts";
import type { Encoding } from "../onnx/weight.ts";
import { writeModel } from "../onnx/write.ts";
import type { Tensor } from "../shared/tensor.ts";

/**
 * Which form of attention is the quicker where the fused one is wrong on a device with `subgroups`: fused on a device without them, or in parts with them. It is the
 * adapter that decides: a step at 4 bits took 1.1 to 2.2 times as long in parts on SwiftShader, and 0.4 to 0.6 times on lavapipe (docs/figures.md).
 */
const BITS: Encoding & { kind: "nbits" } = { kind: "nbits", bits: 4, blockSize: 32, symmetric: true };

/** Four times as many operations in the products as in attention: between Stage C's 1.0B parameters (20) and the embedded model (2). */
const [TOKENS, CHANNELS, HEADS, HIDDEN] = [128, 128, 2, 512];

/** Attention and an MLP of 4-bit products on x [batch, tokens, channels], 42 MFLOP each of the batch. */
export function trialModel(): Uint8Array {
  const graph = new GraphBuilder("trial", () => BITS);
  const scope = graph.root;
  const product = (x: ReturnType<typeof graph.input>, k: number, n: number) => {
    const blocks = k / BITS.blockSize;
    const values = graph.constant("uint8", [n, blocks, 16], new Uint8Array(n * blocks * 16));
    return matMulNBits(scope, x, BITS, [values, graph.constant("float32", [n, blocks], new Uint8Array(n * blocks * 4))]);
  };
  const x = graph.input("x", "float32", [dim("batch"), TOKENS, CHANNELS]);
  const hidden = product(multiHeadAttention(scope, x, x, x, HEADS), CHANNELS, HIDDEN);
  return writeModel(graph.finish({ output: product(hidden, HIDDEN, CHANNELS) }));
}

/** Its input: zeros, as no kernel's time depends on the numbers. */
export function trialInput(batch: number): Tensor {
  return { data: new Float32Array(batch * TOKENS * CHANNELS), dims: [batch, TOKENS, CHANNELS] };
}

/** Milliseconds of one run of the trial model over a batch. */
export type TimedRun = (batch: number) => Promise<number>;

/** A time that no longer is mostly the call's: then it says something of the kernels. */
const ENOUGH = 30;

/** Whether the second of two ways to run the trial model is quicker by a tenth: the first (fused) has fewer dispatches and keeps no scores. */
export async function secondIsQuicker(first: TimedRun, second: TimedRun): Promise<boolean> {
  const times = async (batch: number) => [await least(first, batch), await least(second, batch)] as const;
  let [a, b] = await times(1);
  if (Math.max(a, b) < ENOUGH) [a, b] = await times(16);
  return b < 0.9 * a;
}

/** Of two runs after the first, which compiles shaders. */
async function least(run: TimedRun, batch: number): Promise<number> {
  await run(batch);
  return Math.min(await run(batch), await run(batch));
}
