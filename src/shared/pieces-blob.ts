/** Bytes read or made at a time. */
export const PIECE = 2 ** 22;

/**
 * A Blob whose bytes are had piece by piece, only as they are read: `begin` to `end` of a whole that subclasses know. onnxruntime-web takes a Blob and reads
 * the slices it needs, so no more than a slice is ever held. Does not survive structured cloning, which sees an empty Blob.
 */
export abstract class PiecesBlob extends Blob {
  protected constructor(
    protected readonly begin: number,
    protected readonly end: number,
  ) {
    super();
  }

  /** Bytes `begin` to `end` of the whole as a Blob of the same kind. */
  protected abstract between(begin: number, end: number): PiecesBlob;

  /** This one's bytes, in order. */
  protected abstract pieces(): AsyncGenerator<Uint8Array<ArrayBuffer>, void>;

  override get size(): number {
    return this.end - this.begin;
  }

  /** As Blob's: negative bounds count from the end. */
  override slice(start = 0, end = this.size): PiecesBlob {
    const bound = (at: number): number => this.begin + Math.min(this.size, Math.max(0, at < 0 ? this.size + at : at));
    return this.between(bound(start), Math.max(bound(start), bound(end)));
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
}
