import type { WeightExpr, WeightSpec } from "../onnx/weight.ts";
import { CascadeError } from "../shared/errors.ts";
import { toFloat16 } from "../shared/float16.ts";
import { sizeOf } from "../shared/tensor.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { WeightReader } from "./evaluate.ts";
import { firstNotFinite, quantizeFast, widen } from "./kernel/kernel.ts";

/** Elements encoded at a time. */
const CHUNK = 2 ** 21;

/** The name an encoding has in plans and manifests. */
export function precisionName({ encoding }: WeightSpec): string {
  if (encoding.kind === "dense") return encoding.dtype === "float32" ? "f32" : "f16";
  return `q${encoding.bits}${encoding.symmetric ? "" : "z"}`;
}

/**
 * The bytes of a weight's initializers, one after another in their order. Values stream; scales and zero points (a tenth of them)
 * wait for their turn. Rejects with `bad-checkpoint` for numbers that are not finite or too large for float16.
 */
export async function* encodeWeight(
  spec: WeightSpec,
  checkpoint: Checkpoint,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const { weight, encoding } = spec;
  const reader = new WeightReader(checkpoint, signal);
  const name = spec.initializers[0]?.name ?? "";

  if (encoding.kind === "dense") {
    for await (const values of chunks(weight, CHUNK, (start, count) => reader.read(weight, start, count))) {
      checkFinite(values, name, checkpoint.name);
      if (encoding.dtype === "float32") {
        yield bytesOf(values);
      } else {
        const halves = toFloat16(values);
        checkHalves(halves, name, checkpoint.name);
        yield bytesOf(halves);
      }
    }
    return;
  }

  const k = weight.shape.at(-1) ?? 1;
  const rowsAtOnce = Math.max(1, Math.floor(CHUNK / k));
  const scaleType = spec.initializers[1]?.dtype === "float32" ? "float32" : "float16";
  const scales: Uint8Array<ArrayBuffer>[] = [];
  const zeroPoints: Uint8Array<ArrayBuffer>[] = [];
  for await (const stored of chunks(weight, rowsAtOnce * k, (start, count) => reader.readStored(weight, start, count))) {
    const quantized = quantizeFast(stored, k, { bits: encoding.bits, symmetric: encoding.symmetric, scaleType });
    if (typeof quantized === "number") {
      checkFinite(widen(stored), name, checkpoint.name);
      throw new Error(`element ${quantized} of ${name} is finite after all`);
    }
    if (scaleType === "float16") checkHalves(new Uint16Array(quantized.scales.buffer), name, checkpoint.name);
    yield quantized.values;
    scales.push(quantized.scales);
    if (quantized.zeroPoints) zeroPoints.push(quantized.zeroPoints);
  }
  yield* scales;
  yield* zeroPoints;
}

/** A weight by pieces of `length` elements; the next is being read while one is worked on. */
async function* chunks<T>(weight: WeightExpr, length: number, read: (start: number, count: number) => Promise<T>): AsyncGenerator<T> {
  const size = sizeOf(weight.shape);
  const readAt = (start: number): Promise<T> => {
    const reading = read(start, Math.min(length, size - start));
    reading.catch(() => undefined); // told when it is waited for, which a caller that stops does not
    return reading;
  };
  let next = readAt(0);
  for (let start = 0; start < size; start += length) {
    const values = await next;
    if (start + length < size) next = readAt(start + length);
    yield values;
  }
}

function checkFinite(values: Float32Array, name: string, file: string): void {
  const i = firstNotFinite(values);
  if (i === -1) return;
  throw new CascadeError("bad-checkpoint", `${file}: "${name}" has a number that is not finite (${values[i]}) at element ${i}.`);
}

function checkHalves(halves: Uint16Array, name: string, file: string): void {
  // A plain loop: `some` takes longer than the conversion itself.
  for (let i = 0; i < halves.length; i++) {
    if (((halves[i] ?? 0) & 0x7fff) === 0x7c00) {
      throw new CascadeError(
        "bad-checkpoint",
        `${file}: "${name}" has numbers too large for float16 (65504); convert with --precision f32.`,
      );
    }
  }
}

/** The bytes of an array, copied where they are not its own (ONNX is little-endian, as every platform this runs on). */
function bytesOf(values: Float32Array | Uint16Array): Uint8Array<ArrayBuffer> {
  const { buffer, byteOffset, byteLength } = values;
  return buffer instanceof ArrayBuffer ? new Uint8Array(buffer, byteOffset, byteLength) : new Uint8Array(values.slice().buffer);
}
