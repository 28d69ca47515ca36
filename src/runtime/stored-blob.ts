import { PIECE, PiecesBlob } from "../shared/pieces-blob.ts";

/**
 * A stored file's Blob, never streamed by the browser itself. onnxruntime-web reads `slice().stream()` with a reader that brings its own buffer, and on a busy
 * machine Chromium can lose the notice that such a stream has more bytes or has ended: the read stays pending for ever, and with it the session that
 * is being made. `arrayBuffer()` of a slice takes another way and always settles.
 */
export class StoredBlob extends PiecesBlob {
  constructor(
    private readonly source: Blob,
    begin = 0,
    end = source.size,
  ) {
    super(begin, end);
  }

  protected override between(begin: number, end: number): StoredBlob {
    return new StoredBlob(this.source, begin, end);
  }

  protected override async *pieces(): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
    for (let at = this.begin; at < this.end; at += PIECE) {
      yield new Uint8Array(await this.source.slice(at, Math.min(this.end, at + PIECE)).arrayBuffer());
    }
  }
}
