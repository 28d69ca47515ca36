/** Sides of the matrices: large enough to keep a GPU busy, small enough for one whose buffers are. */
const SIDE = 1024;
/** Milliseconds of products that are enough to tell a speed. */
const ENOUGH = 400;
const MOST_PRODUCTS = 512;

/** Each invocation makes 4x4 numbers of the product from tiles of 64x16 in workgroup memory, as the runtime's own kernels do. */
const PRODUCT = /* wgsl */ `
@group(0) @binding(0) var<storage, read> a: array<vec4f>;
@group(0) @binding(1) var<storage, read> b: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> product: array<vec4f>;
const side = ${SIDE}u;
var<workgroup> rows: array<array<vec4f, 4>, 64>;
var<workgroup> columns: array<array<vec4f, 16>, 16>;

@compute @workgroup_size(16, 16)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let index = local.y * 16u + local.x;
  let row = group.y * 64u;
  let column = group.x * 16u;
  var sums = array<vec4f, 4>();
  for (var k = 0u; k < side; k += 16u) {
    rows[index / 4u][index % 4u] = a[((row + index / 4u) * side + k) / 4u + index % 4u];
    columns[index / 16u][index % 16u] = b[(k + index / 16u) * (side / 4u) + column + index % 16u];
    workgroupBarrier();
    for (var q = 0u; q < 4u; q++) {
      let b0 = columns[q * 4u][local.x];
      let b1 = columns[q * 4u + 1u][local.x];
      let b2 = columns[q * 4u + 2u][local.x];
      let b3 = columns[q * 4u + 3u][local.x];
      for (var i = 0u; i < 4u; i++) {
        let factor = rows[local.y * 4u + i][q];
        sums[i] += factor.x * b0 + factor.y * b1 + factor.z * b2 + factor.w * b3;
      }
    }
    workgroupBarrier();
  }
  for (var i = 0u; i < 4u; i++) {
    product[(row + local.y * 4u + i) * (side / 4u) + column + local.x] = sums[i];
  }
}`;

/** 10^9 multiplications and additions a second of float32 matrix products on an adapter's device. Rejects where the products are wrong: nothing is as fast as not computing. */
export async function measureGpu(adapter: GPUAdapter): Promise<number> {
  const device = await adapter.requestDevice();
  try {
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC;
    const buffer = (): GPUBuffer => device.createBuffer({ size: SIDE * SIDE * 4, usage });
    const [a, b, product] = [buffer(), buffer(), buffer()];
    const [rows, columns] = [0, 1].map(() => Float32Array.from({ length: SIDE * SIDE }, () => Math.random()));
    if (rows === undefined || columns === undefined) throw new Error("no matrices");
    device.queue.writeBuffer(a, 0, rows);
    device.queue.writeBuffer(b, 0, columns);
    const pipeline = await device.createComputePipelineAsync({
      layout: "auto",
      compute: { module: device.createShaderModule({ code: PRODUCT }), entryPoint: "main" },
    });
    const bindings = device.createBindGroup({
      layout: pipeline.getBindGroupLayout(0),
      entries: [a, b, product].map((one, binding) => ({ binding, resource: { buffer: one } })),
    });
    const products = async (count: number): Promise<number> => {
      const started = performance.now();
      const encoder = device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, bindings);
      for (let i = 0; i < count; i++) pass.dispatchWorkgroups(SIDE / 64, SIDE / 64);
      pass.end();
      device.queue.submit([encoder.finish()]);
      await device.queue.onSubmittedWorkDone();
      return performance.now() - started;
    };
    await products(1); // compiles, and wakes the GPU's clock
    const last = await readLast(device, product);
    let expected = 0;
    for (let k = 0; k < SIDE; k++) expected += (rows[(SIDE - 1) * SIDE + k] ?? 0) * (columns[k * SIDE + SIDE - 1] ?? 0);
    if (!(Math.abs(last - expected) < 1e-3 * expected)) throw new Error(`the GPU's product is ${last} instead of ${expected}`);
    for (let count = 1; ; count *= 2) {
      const milliseconds = await products(count);
      if (milliseconds >= ENOUGH || count >= MOST_PRODUCTS) return (2 * SIDE ** 3 * count) / (milliseconds * 1e6);
    }
  } finally {
    device.destroy();
  }
}

/** The last number of a matrix on the GPU. */
async function readLast(device: GPUDevice, matrix: GPUBuffer): Promise<number> {
  const bytes = device.createBuffer({ size: 4, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
  const encoder = device.createCommandEncoder();
  encoder.copyBufferToBuffer(matrix, SIDE * SIDE * 4 - 4, bytes, 0, 4);
  device.queue.submit([encoder.finish()]);
  await bytes.mapAsync(GPUMapMode.READ);
  return new Float32Array(bytes.getMappedRange())[0] ?? 0;
}
