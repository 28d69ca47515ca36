/** What a device can hold, and how fast it is. */
export interface DeviceMeasure {
  /** Absent without WebGPU. */
  readonly gpu?: GpuMeasure;
  readonly processor: ProcessorMeasure;
}

export interface GpuMeasure {
  readonly name: string;
  /** Computed on the processor: the page draws by WebAssembly then, unless told otherwise. */
  readonly software: boolean;
  /** Feature shader-f16. */
  readonly half: boolean;
  /** Bytes. */
  readonly maxBufferSize: number;
  readonly maxStorageBufferBindingSize: number;
  /** 10^9 multiplications and additions a second, in products of float32 matrices; 0 where it could not be measured. */
  readonly gflops: number;
}

export interface ProcessorMeasure {
  /** Threads WebAssembly gets: one where the page is not isolated. */
  readonly threads: number;
  /** 10^9 multiplications and additions a second, of all threads together. */
  readonly gflops: number;
}
