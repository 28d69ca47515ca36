import { CascadeError } from "../shared/errors.ts";
import type { ByteSource } from "./byte-source.ts";
import type { StoredNumbers } from "./kernel/kernel.ts";
import { bytesPerElement, MAX_HEADER_BYTES, parseHeader, type TensorInfo } from "./safetensors-header.ts";

/** An opened safetensors file: its tensors by key. Only the header is in memory. */
export interface SafetensorsFile {
  readonly name: string;
  readonly tensors: ReadonlyMap<string, TensorInfo>;
  /** `count` elements of a tensor from element `first` (row-major). Rejects with `bad-checkpoint` for types other than F32, F16 and BF16. */
  read(tensor: TensorInfo, first: number, count: number, signal?: AbortSignal): Promise<StoredNumbers>;
  /** The bytes of the file that `count` elements of a tensor from element `first` take. */
  spanOf(tensor: TensorInfo, first: number, count: number): Span;
}

/** Bytes `begin` to `end` (exclusive) of a file. */
export interface Span {
  readonly source: ByteSource;
  readonly begin: number;
  readonly end: number;
}

/** Reads and checks the header. Rejects with `bad-checkpoint` for anything the format forbids. */
export async function openSafetensors(source: ByteSource, signal?: AbortSignal): Promise<SafetensorsFile> {
  const { name, size } = source;
  const refuse = (what: string): never => {
    throw new CascadeError("bad-checkpoint", `${name} is not a safetensors file: ${what}.`);
  };
  if (size < 8) refuse(`it has ${size} bytes, fewer than the eight of a header length`);
  const prefix = await source.read(0, 8, signal);
  const headerBytes = Number(new DataView(prefix.buffer, prefix.byteOffset, 8).getBigUint64(0, true));
  if (headerBytes > MAX_HEADER_BYTES) refuse(`it announces a header of ${headerBytes} bytes, more than the format's ${MAX_HEADER_BYTES}`);
  if (8 + headerBytes > size) refuse(`it announces a header of ${headerBytes} bytes, but has ${size - 8} after the length`);
  const tensors = parseHeader(await source.read(8, headerBytes, signal), size - 8 - headerBytes, name);
  const dataStart = 8 + headerBytes;

  return {
    name,
    tensors,
    spanOf({ dtype, begin }, first, count) {
      const bytesEach = bytesPerElement(dtype) ?? 0;
      return { source, begin: dataStart + begin + first * bytesEach, end: dataStart + begin + (first + count) * bytesEach };
    },
    async read(tensor, first, count, signal) {
      const { dtype } = tensor;
      if (dtype !== "F32" && dtype !== "F16" && dtype !== "BF16") {
        throw new CascadeError("bad-checkpoint", `${name}: tensor "${tensor.key}" has type ${dtype}; F32, F16 or BF16 is needed.`);
      }
      const bytesEach = dtype === "F32" ? 4 : 2;
      return { dtype, bytes: await source.read(dataStart + tensor.begin + first * bytesEach, count * bytesEach, signal) };
    },
  };
}
