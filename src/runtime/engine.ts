import { decomposeAttention } from "../onnx/decompose-attention.ts";
import { halfPrecisionLookups } from "../onnx/half-lookups.ts";
import { type WidenedFile, widenInitializers } from "../onnx/widen-initializers.ts";
import { Ending } from "../shared/ending.ts";
import { CascadeError, messageOf } from "../shared/errors.ts";
import type { ExternalFile } from "../shared/part-files.ts";
import type { AnyTensor, Tensor } from "../shared/tensor.ts";
import { isNear, replayTrial } from "./attention-check.ts";
import { isSoftware } from "./device.ts";
import type { LoadedOrt, OrtTensor, Session } from "./ort.ts";
import { Recording } from "./recording.ts";
import { storedBlob } from "./stored-blob.ts";
import type { FixedShapes } from "./types.ts";
import { widenedBlob } from "./widened-blob.ts";

/** How attention is computed on this machine. */
export type AttentionForm = "fused" | "fused-without-subgroups" | "decomposed";

export interface SessionOptions {
  readonly onProcessor?: boolean;
  readonly inParts?: boolean;
  readonly sizes?: Readonly<Record<string, number>>;
}

/**
 * One execution provider of one loaded runtime: makes sessions, runs them one at a time (onnxruntime-web can neither create nor run sessions
 * concurrently), moves tensors, and names the failures a user can act on.
 */
export class Engine {
  private queue: Promise<unknown> = Promise.resolve();
  /** Of the device. */
  private readonly ending = new Ending();
  private disposed = false;
  private replays: Promise<boolean> | undefined;

  /** `device`: what it runs on; none: the processor. */
  constructor(
    private readonly loaded: LoadedOrt,
    readonly attention: AttentionForm,
    private readonly device?: GPUDevice,
  ) {
    void device?.lost.then(({ reason, message }) => {
      if (this.disposed) return;
      this.ending.end(
        new CascadeError("device-lost", `The graphics device was lost (${message || reason}): generate again to start it anew.`),
      );
    });
    // The provider's allocations are not awaited: that one failed is told here alone.
    device?.addEventListener("uncapturederror", ({ error }) => {
      if (!this.disposed && error instanceof GPUOutOfMemoryError) this.ending.end(outOfMemory(error));
    });
  }

  static onWasm(loaded: LoadedOrt): Engine {
    return new Engine(loaded, "fused");
  }

  /** Whether recorded commands give right numbers here; tried once. */
  canReplay(): Promise<boolean> {
    this.replays ??= (async () => {
      const { model, fixed, runs } = replayTrial();
      const recording = await this.record(model, [], fixed);
      if (recording === undefined) return false;
      try {
        for (const { inputs, expected } of runs) {
          const { output } = await this.replay(recording, inputs);
          if (output === undefined || !isNear(output.data, expected)) return false;
        }
        return true;
      } finally {
        await this.releaseRecording(recording);
      }
    })().catch(() => false);
    return this.replays;
  }

  /** A session whose commands are recorded; undefined on the processor. Rejects where the graph can't be: not all of it runs on the GPU. */
  async record(file: Uint8Array, external: readonly ExternalFile[], fixed: FixedShapes): Promise<Recording | undefined> {
    if (this.device === undefined) return undefined;
    const session = await this.createSession(file, external, { sizes: fixed.sizes });
    return new Recording(this.loaded.ort, this.device, session);
  }

  /** Runs a recording with these inputs; `held`, the others, is written where the run before held something else. */
  async replay(
    recording: Recording,
    inputs: Readonly<Record<string, AnyTensor>>,
    held: Readonly<Record<string, AnyTensor>> = {},
  ): Promise<Record<string, Tensor>> {
    return await this.exclusive(() => {
      recording.hold(held);
      recording.write(inputs);
      return recording.run();
    });
  }

  async releaseRecording(recording: Recording): Promise<void> {
    await this.release(recording.session);
    recording.dispose();
  }

  /** Whether sessions run on the processor anyway. */
  get isProcessor(): boolean {
    return this.device === undefined;
  }

  /** Whether the GPU is one in software, on which a run takes some 20 times as long as on the processor. Older browsers don't say. */
  get isSoftwareGpu(): boolean {
    const info: GPUAdapterInfo | undefined = this.device?.adapterInfo;
    return info !== undefined && isSoftware({ info });
  }

  /**
   * A session of an .onnx file, with its attention in the form that is right here; `onProcessor`: whatever GPU there is; `inParts`: with attention in parts, whatever
   * is right; `sizes`: for these alone, with its commands recorded (see recording.ts).
   */
  async createSession(
    file: Uint8Array,
    external: readonly ExternalFile[],
    { onProcessor = false, inParts = false, sizes }: SessionOptions = {},
  ): Promise<Session> {
    const { model: read, files } = widenInitializers(file);
    const externalData = await Promise.all(
      [...external, ...widenedFiles(files, external)].map(async ({ path, data }) => ({
        path,
        data: this.loaded.build === "jspi" ? storedBlob(data) : new Uint8Array(await data.arrayBuffer()),
      })),
    );
    const device = onProcessor ? undefined : this.device;
    const model = device !== undefined && (inParts || this.attention === "decomposed") ? decomposeAttention(read) : read;
    const lookups = halfPrecisionLookups(model);
    return await this.exclusive(() =>
      this.loaded.ort.InferenceSession.create(model, {
        executionProviders:
          device === undefined
            ? ["wasm"]
            : // An empty list of names is refused.
              [{ name: "webgpu", device, ...(lookups.length > 0 && { forceCpuNodeNames: lookups }) }],
        externalData,
        ...(sizes !== undefined && { freeDimensionOverrides: sizes, enableGraphCapture: true }),
        // Weights are constants: folding and fusing pay once, at load.
        graphOptimizationLevel: "all",
        // Errors only: the runtime warns of every shape computation that WebGPU leaves to the CPU. (env.logLevel does not reach sessions.)
        logSeverityLevel: 3,
      }),
    );
  }

  /** Runs a session; outputs come back to CPU memory. */
  async run(session: Session, inputs: Readonly<Record<string, AnyTensor | OrtTensor>>): Promise<Record<string, Tensor>> {
    const { Tensor: OrtTensor } = this.loaded.ort;
    const made: OrtTensor[] = [];
    const feeds = Object.fromEntries(
      Object.entries(inputs).map(([name, input]) => {
        if (input instanceof OrtTensor) return [name, input];
        const tensor = new OrtTensor(input.data instanceof BigInt64Array ? "int64" : "float32", input.data, [...input.dims]);
        made.push(tensor);
        return [name, tensor];
      }),
    );
    const outputs = await this.exclusive(() => session.run(feeds));
    const result: Record<string, Tensor> = {};
    for (const [name, output] of Object.entries(outputs)) {
      const data = await output.getData();
      if (!(data instanceof Float32Array)) throw new Error(`output ${name} is ${output.type}`);
      result[name] = { data, dims: output.dims };
    }
    for (const tensor of [...made, ...Object.values(outputs)]) tensor.dispose();
    return result;
  }

  /** Gives a session's memory back. A session whose device has gone has none, and what it is released for is the error to tell. */
  async release(session: Session): Promise<void> {
    if (this.ending.reason === undefined) await this.exclusive(() => session.release());
  }

  /** A tensor kept on the device until disposed, for inputs that stay the same over many runs. */
  upload({ data, dims }: AnyTensor): OrtTensor {
    const { Tensor: OrtTensor } = this.loaded.ort;
    const type = data instanceof BigInt64Array ? "int64" : "float32";
    if (this.device === undefined) return new OrtTensor(type, data, [...dims]);
    const buffer = this.device.createBuffer({
      size: Math.ceil(data.byteLength / 16) * 16,
      usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
    });
    this.device.queue.writeBuffer(buffer, 0, data.buffer, data.byteOffset, data.byteLength);
    return OrtTensor.fromGpuBuffer(buffer, { dataType: type, dims: [...dims], dispose: () => buffer.destroy() });
  }

  dispose(): void {
    this.disposed = true;
    this.device?.destroy();
  }

  private async exclusive<T>(work: () => Promise<T>): Promise<T> {
    const result = this.queue.then(() => this.ending.orEnd(work));
    this.queue = result.catch(() => {});
    try {
      return await result;
    } catch (error) {
      throw causeOf(error);
    }
  }
}

/** The files that a graph asks for beside those that are there. */
function widenedFiles(files: readonly WidenedFile[], external: readonly ExternalFile[]): ExternalFile[] {
  return files.map(({ path, source, spans }) => {
    const data = external.find((one) => one.path === source)?.data;
    if (data === undefined) throw new Error(`the graph's weights lie in ${source}, which was not given`);
    return { path, data: widenedBlob(data, spans) };
  });
}

function outOfMemory(cause: unknown): CascadeError {
  return new CascadeError("out-of-memory", "Memory ran out: close other tabs or programs, or choose a smaller model or picture.", {
    cause,
  });
}

/** The failures a user can act on, told by their text: onnxruntime-web throws plain Errors. */
function causeOf(error: unknown): unknown {
  if (error instanceof CascadeError) return error;
  const text = messageOf(error);
  if (/out of memory|bad_alloc|failed to allocate|allocation failed|exceeds the max buffer size|array buffer allocation/i.test(text)) {
    return outOfMemory(error);
  }
  if (/device (is |was )?lost|DXGI_ERROR_DEVICE/i.test(text)) {
    return new CascadeError("device-lost", "The graphics device was lost: generate again to start it anew.", { cause: error });
  }
  return error;
}
