import type { WeightSpec } from "../onnx/weight.ts";
import { CascadeError } from "../shared/errors.ts";
import { toFloat16 } from "../shared/float16.ts";
import { sizeOf } from "../shared/tensor.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { WeightReader } from "./evaluate.ts";
import { quantizeRows } from "./quantize.ts";

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
  const size = sizeOf(weight.shape);

  if (encoding.kind === "dense") {
    for (let start = 0; start < size; start += CHUNK) {
      const values = await reader.read(weight, start, Math.min(CHUNK, size - start));
      checkFinite(values, name, checkpoint.name);
      if (encoding.dtype === "float32") {
        yield bytesOf(values);
      } else {
        const halves = toFloat16(values);
        if (halves.some((half) => (half & 0x7fff) === 0x7c00)) {
          throw new CascadeError(
            "bad-checkpoint",
            `${checkpoint.name}: "${name}" has numbers too large for float16 (65504); convert with --precision f32.`,
          );
        }
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
  for (let row = 0; row < size / k; row += rowsAtOnce) {
    const rows = Math.min(rowsAtOnce, size / k - row);
    const values = await reader.read(weight, row * k, rows * k);
    checkFinite(values, name, checkpoint.name);
    const quantized = quantizeRows(values, k, { bits: encoding.bits, symmetric: encoding.symmetric, scaleType });
    yield quantized.values;
    scales.push(bytesOf(scaleType === "float32" ? quantized.scales : toFloat16(quantized.scales)));
    if (quantized.zeroPoints) zeroPoints.push(quantized.zeroPoints);
  }
  yield* scales;
  yield* zeroPoints;
}

function checkFinite(values: Float32Array, name: string, file: string): void {
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) {
      throw new CascadeError("bad-checkpoint", `${file}: "${name}" has a number that is not finite (${values[i]}) at element ${i}.`);
    }
  }
}

/** The bytes of an array, copied where they are not its own (ONNX is little-endian, as every platform this runs on). */
function bytesOf(values: Float32Array | Uint16Array): Uint8Array<ArrayBuffer> {
  const { buffer, byteOffset, byteLength } = values;
  return buffer instanceof ArrayBuffer ? new Uint8Array(buffer, byteOffset, byteLength) : new Uint8Array(values.slice().buffer);
}
