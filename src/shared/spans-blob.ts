import { PIECE, PiecesBlob } from "./pieces-blob.ts";

/** Bytes of a made-up file that come from elsewhere. */
export interface Span {
  /** Where they lie in the file. */
  readonly offset: number;
  readonly length: number;
  /** Those from `begin` to `end`, counted from the span's first. */
  read(begin: number, end: number): Promise<Uint8Array<ArrayBuffer>>;
}

/** A file of spans, in the order they lie in it, had only as they are read; between them are zeros. */
export class SpansBlob extends PiecesBlob {
  /** `begin` to `end`: the bytes of the file that this is a slice of; all by default. */
  constructor(
    private readonly spans: readonly Span[],
    begin = 0,
    end = spans.reduce((most, { offset, length }) => Math.max(most, offset + length), 0),
  ) {
    super(begin, end);
  }

  protected override between(begin: number, end: number): SpansBlob {
    return new SpansBlob(this.spans, begin, end);
  }

  protected override async *pieces(): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
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
