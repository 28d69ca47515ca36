import { SpansBlob, spanOf } from "../shared/spans-blob.ts";

/**
 * A stored file's Blob, never streamed by the browser itself. onnxruntime-web reads `slice().stream()` with a reader that brings its own buffer, and on a busy
 * machine Chromium can lose the notice that such a stream has more bytes or has ended: the read stays pending for ever, and with it the session that
 * is being made. `arrayBuffer()` of a slice takes another way and always settles. One that is made of spans has no such stream and is given back.
 */
export function storedBlob(source: Blob): SpansBlob {
  return source instanceof SpansBlob ? source : new SpansBlob([spanOf(source, 0, source.size, 0)]);
}
