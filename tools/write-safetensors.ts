import type { Tensor } from "../src/shared/tensor.ts";

/** Float32 tensors as the bytes of a safetensors file. */
export function writeSafetensors(tensors: Readonly<Record<string, Tensor>>): Uint8Array<ArrayBuffer> {
  let end = 0;
  const header = Object.fromEntries(
    Object.entries(tensors).map(([key, { data, dims }]) => {
      const begin = end;
      end += data.byteLength;
      return [key, { dtype: "F32", shape: dims, data_offsets: [begin, end] }];
    }),
  );
  // The format wants the data aligned; spaces are JSON's padding.
  const json = JSON.stringify(header);
  const text = new TextEncoder().encode(json.padEnd(Math.ceil(json.length / 8) * 8));
  const file = new Uint8Array(8 + text.length + end);
  new DataView(file.buffer).setBigUint64(0, BigInt(text.length), true);
  file.set(text, 8);
  let at = 8 + text.length;
  for (const { data } of Object.values(tensors)) {
    file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return file;
}
