/** Bytes read or made at a time. */
export const PIECE = 2 ** 22;

/** Bytes of a made-up file that come from elsewhere. */
export interface Span {
  /** Where they lie in the file. */
  readonly offset: number;
  readonly length: number;
  /** Those from `begin` to `end`, counted from the span's first. */
  read(begin: number, end: number): Promise<Uint8Array<ArrayBuffer>>;
}

/**
 * A file of spans, in the order they lie in it, had piece by piece and only as they are read; between them are zeros. onnxruntime-web takes a Blob and reads the
 * slices it needs, so no more than a slice is ever held. Does not survive structured cloning, which sees an empty Blob.
 */
export class SpansBlob extends Blob {
  /** `begin` to `end`: the bytes of the file that this is a slice of; all by default. */
  constructor(
    private readonly spans: readonly Span[],
    private readonly begin = 0,
    private readonly end = spans.reduce((most, { offset, length }) => Math.max(most, offset + length), 0),
  ) {
    super();
  }

  override get size(): number {
    return this.end - this.begin;
  }

  /** As Blob's: negative bounds count from the end. */
  override slice(start = 0, end = this.size): SpansBlob {
    const bound = (at: number): number => this.begin + Math.min(this.size, Math.max(0, at < 0 ? this.size + at : at));
    return new SpansBlob(this.spans, bound(start), Math.max(bound(start), bound(end)));
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
    let at = this.begin;
    for (const span of this.spans) {
      const first = Math.min(this.end, span.offset);
      if (at < first) yield new Uint8Array(first - at);
      at = Math.max(at, first);
      const last = Math.min(this.end, span.offset + span.length);
      while (at < last) {
        const next = Math.min(last, at + PIECE);
        yield await span.read(at - span.offset, next - span.offset);
        at = next;
      }
    }
    if (at < this.end) yield new Uint8Array(this.end - at);
  }
}

/** Bytes of a Blob as a span at `offset`. Reading rejects where the Blob is shorter than that. */
export function spanOf(source: Blob, from: number, length: number, offset: number): Span {
  return { offset, length, read: (begin, end) => bytesOf(source, from + begin, from + end) };
}

/** Bytes `begin` to `end` of a Blob. Rejects where it is shorter. */
export async function bytesOf(source: Blob, begin: number, end: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(await source.slice(begin, end).arrayBuffer());
  if (bytes.length !== end - begin) throw new Error(`a file ends before byte ${end}`);
  return bytes;
}
