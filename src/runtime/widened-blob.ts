import type { HalfSpan } from "../onnx/widen-initializers.ts";
import { fromFloat16 } from "../shared/float16.ts";
import { bytesOf, type Span, SpansBlob } from "../shared/spans-blob.ts";

/** Half precision numbers of a file as if they lay in one of float32: spans of `source`, one after another, widened only as they are read. */
export function widenedBlob(source: Blob, spans: readonly HalfSpan[]): SpansBlob {
  let at = 0;
  return new SpansBlob(
    spans.map(({ offset, length }): Span => {
      const span = { offset: at, length: 2 * length, read: (begin: number, end: number) => widened(source, offset, begin, end) };
      at += span.length;
      return span;
    }),
  );
}

/** Bytes `begin` to `end` of the float32 numbers that the halves from `offset` on are. */
async function widened(source: Blob, offset: number, begin: number, end: number): Promise<Uint8Array<ArrayBuffer>> {
  // Whole numbers around the bytes asked for.
  const skipped = Math.floor(begin / 4);
  const { buffer } = await bytesOf(source, offset + 2 * skipped, offset + 2 * Math.ceil(end / 4));
  return new Uint8Array(fromFloat16(new Uint16Array(buffer)).buffer).subarray(begin - 4 * skipped, end - 4 * skipped);
}
