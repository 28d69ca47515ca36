import type { HalfSpan } from "../onnx/widen-initializers.ts";
import { fromFloat16 } from "../shared/float16.ts";
import { PIECE, PiecesBlob } from "../shared/pieces-blob.ts";

/** Half precision numbers of a file as if they lay in one of float32: spans of `source`, one after another, widened only as they are read. */
export class WidenedBlob extends PiecesBlob {
  /** `begin` to `end`: the bytes of the widened file that this is a slice of; all by default. */
  constructor(
    private readonly source: Blob,
    private readonly spans: readonly HalfSpan[],
    begin = 0,
    end = spans.reduce((sum, { length }) => sum + 2 * length, 0),
  ) {
    super(begin, end);
  }

  protected override between(begin: number, end: number): WidenedBlob {
    return new WidenedBlob(this.source, this.spans, begin, end);
  }

  protected override async *pieces(): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
    let at = 0;
    for (const { offset, length } of this.spans) {
      const last = Math.min(this.end - at, 2 * length);
      for (let first = Math.max(0, this.begin - at); first < last; ) {
        const next = Math.min(last, first + PIECE);
        // Whole numbers around the bytes asked for.
        const skipped = Math.floor(first / 4);
        const halves = await this.source.slice(offset + 2 * skipped, offset + 2 * Math.ceil(next / 4)).arrayBuffer();
        yield new Uint8Array(fromFloat16(new Uint16Array(halves)).buffer).subarray(first - 4 * skipped, next - 4 * skipped);
        first = next;
      }
      at += 2 * length;
    }
  }
}
