import type { AnyTensor, Tensor } from "../shared/tensor.ts";
import { sizeOf } from "../shared/tensor.ts";
import type { Ort, OrtTensor, Session } from "./ort.ts";
import type { FixedShapes } from "./types.ts";

/**
 * A session whose GPU commands were recorded at its first run and are replayed at the others: encoding a step's 300 dispatches costs the processor
 * 25 to 200 ms, replaying them one (runtime option `enableGraphCapture`). Recorded commands name buffers, so the inputs are written into buffers of
 * its own, and the output is read from one.
 */
export class Recording {
  private readonly feeds: Record<string, OrtTensor> = {};
  private readonly buffers = new Map<string, GPUBuffer>();
  private held: Readonly<Record<string, AnyTensor>> | undefined;
  private readonly output: { readonly buffer: GPUBuffer; readonly tensor: OrtTensor };

  /** `session`: made for `fixed.sizes`, with commands to be recorded; it has one output, `output`. */
  constructor(
    private readonly ort: Ort,
    private readonly device: GPUDevice,
    readonly session: Session,
    private readonly fixed: FixedShapes,
  ) {
    this.output = this.tensor(fixed.output);
  }

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
      let buffer = this.buffers.get(name);
      if (buffer === undefined) {
        const made = this.tensor(dims);
        buffer = made.buffer;
        this.buffers.set(name, buffer);
        this.feeds[name] = made.tensor;
      }
      this.device.queue.writeBuffer(buffer, 0, data.buffer, data.byteOffset, data.byteLength);
    }
  }

  /** Runs with the inputs written last. Call it with no other session of the runtime at work. */
  async run(): Promise<Record<string, Tensor>> {
    await this.session.run(this.feeds, { output: this.output.tensor });
    return { output: { data: await this.read(), dims: this.fixed.output } };
  }

  dispose(): void {
    for (const buffer of this.buffers.values()) buffer.destroy();
    this.output.buffer.destroy();
  }

  private tensor(dims: readonly number[]): { buffer: GPUBuffer; tensor: OrtTensor } {
    const buffer = this.device.createBuffer({
      size: Math.ceil(sizeOf(dims) / 4) * 16,
      usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
    });
    return { buffer, tensor: this.ort.Tensor.fromGpuBuffer(buffer, { dataType: "float32", dims: [...dims] }) };
  }

  private async read(): Promise<Float32Array> {
    const size = this.output.buffer.size;
    const copy = this.device.createBuffer({ size, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
    const encoder = this.device.createCommandEncoder();
    encoder.copyBufferToBuffer(this.output.buffer, 0, copy, 0, size);
    this.device.queue.submit([encoder.finish()]);
    try {
      await copy.mapAsync(GPUMapMode.READ);
      return new Float32Array(copy.getMappedRange().slice(0, 4 * sizeOf(this.fixed.output)));
    } finally {
      copy.destroy();
    }
  }
}
