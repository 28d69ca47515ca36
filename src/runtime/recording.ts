import type { AnyTensor, Tensor } from "../shared/tensor.ts";
import { sizeOf } from "../shared/tensor.ts";
import type { Ort, OrtTensor, Session } from "./ort.ts";

/**
 * A session whose GPU commands were recorded at its first run and are replayed at the others: encoding a step's 300 dispatches costs the processor
 * 25 to 200 ms, replaying them one (runtime option `enableGraphCapture`). Recorded commands name buffers, so the inputs are written into buffers of
 * its own.
 *
 * The output is left to the runtime, which looks it up at each run by the handle that it had at the first. Of a buffer of ours that handle is gone after
 * the first run, and its number another buffer's or no one's; the runtime's own lives as long as the session. Inputs are looked up at the first run alone.
 */
export class Recording {
  private readonly feeds: Record<string, OrtTensor> = {};
  private readonly buffers = new Map<string, GPUBuffer>();
  private held: Readonly<Record<string, AnyTensor>> | undefined;

  /** `session`: made for fixed sizes, with commands to be recorded; it has one output, `output`. */
  constructor(
    private readonly ort: Ort,
    private readonly device: GPUDevice,
    readonly session: Session,
  ) {}

  /** Writes these inputs unless they are what was held last: by whom else the recording was run meanwhile, they are right. */
  hold(inputs: Readonly<Record<string, AnyTensor>>): void {
    if (inputs === this.held) return;
    this.write(inputs);
    this.held = inputs;
  }

  /** Keeps inputs for the runs to come. */
  write(inputs: Readonly<Record<string, AnyTensor>>): void {
    for (const [name, { data, dims }] of Object.entries(inputs)) {
      if (data instanceof BigInt64Array) throw new Error(`${name}: only float32 inputs can be recorded`);
      const buffer = this.buffers.get(name) ?? this.addInput(name, dims);
      this.device.queue.writeBuffer(buffer, 0, data.buffer, data.byteOffset, data.byteLength);
    }
  }

  /** Runs with the inputs written last. Call it with no other session of the runtime at work. */
  async run(): Promise<Record<string, Tensor>> {
    const { output } = await this.session.run(this.feeds);
    if (output === undefined) throw new Error("the recorded network has no output");
    const { dims } = output;
    // What is let go after the reading is the tensor; the buffer stays the recording's.
    const data = await output.getData(true);
    if (!(data instanceof Float32Array)) throw new Error(`the recorded output is ${output.type}`);
    return { output: { data, dims } };
  }

  /** After its session was released. */
  dispose(): void {
    for (const buffer of this.buffers.values()) buffer.destroy();
  }

  private addInput(name: string, dims: readonly number[]): GPUBuffer {
    const buffer = this.device.createBuffer({
      size: Math.ceil(sizeOf(dims) / 4) * 16,
      usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
    });
    this.buffers.set(name, buffer);
    this.feeds[name] = this.ort.Tensor.fromGpuBuffer(buffer, { dataType: "float32", dims: [...dims] });
    return buffer;
  }
}
