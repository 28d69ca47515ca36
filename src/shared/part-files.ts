/** A file of external data by the name the graph uses. */
export interface ExternalFile {
  readonly path: string;
  readonly data: Blob;
}

/** A converted part: its .onnx, and its weights' files. */
export interface PartFiles {
  readonly model: Uint8Array;
  readonly data: readonly ExternalFile[];
}
