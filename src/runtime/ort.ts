import type * as OrtModule from "onnxruntime-web";

/** onnxruntime-web's module, whichever build. */
export type Ort = typeof OrtModule;
export type Session = OrtModule.InferenceSession;
export type OrtTensor = OrtModule.Tensor;

/** A loaded build: how sessions may be given their weights depends on it. */
export interface LoadedOrt {
  readonly ort: Ort;
  /** "jspi" reads external data from Blobs range by range, straight to the GPU; the others hold each file whole while a session is made. */
  readonly build: "jspi" | "asyncify" | "wasm";
}
