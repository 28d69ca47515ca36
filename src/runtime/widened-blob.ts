import type { HalfSpan } from "../onnx/widen-initializers.ts";
import { fromFloat16 } from "../shared/float16.ts";

/** Widened bytes made at a time. */
const PIECE = 2 ** 22;

/**
 * Half precision numbers of a file as if they lay in one of float32: spans of `source`, one after another, widened only as they are read. onnxruntime-web takes
 * a Blob and reads the slices it needs, so no more than a slice is ever held. Does not survive structured cloning, which sees an empty Blob.
 */
export class WidenedBlob extends Blob {
  /** `begin` to `end`: the bytes of the widened file that this is a slice of; all by default. */
  constructor(
    private readonly source: Blob,
    private readonly spans: readonly HalfSpan[],
    private readonly begin = 0,
    private readonly end = spans.reduce((sum, { length }) => sum + 2 * length, 0),
  ) {
    super();
  }

  override get size(): number {
    return this.end - this.begin;
  }

  /** As Blob's: negative bounds count from the end. */
  override slice(start = 0, end = this.size): WidenedBlob {
    const bound = (at: number): number => this.begin + Math.min(this.size, Math.max(0, at < 0 ? this.size + at : at));
    return new WidenedBlob(this.source, this.spans, bound(start), Math.max(bound(start), bound(end)));
  }

  override stream(): ReadableStream<Uint8Array<ArrayBuffer>> {
    const pieces = this.pieces();
    return new ReadableStream({
      async pull(controller) {
        const { done, value } = await pieces.next();
        if (done === true) controller.close();
        else controller.enqueue(value);
      },
      async cancel() {
        await pieces.return();
      },
    });
  }

  override async bytes(): Promise<Uint8Array<ArrayBuffer>> {
    const all = new Uint8Array(this.size);
    let at = 0;
    for await (const piece of this.pieces()) {
      all.set(piece, at);
      at += piece.length;
    }
    return all;
  }

  override async arrayBuffer(): Promise<ArrayBuffer> {
    return (await this.bytes()).buffer;
  }

  override async text(): Promise<string> {
    return new TextDecoder().decode(await this.bytes());
  }

  private async *pieces(): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
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
