import type { Tensor } from "../shared/tensor.ts";

/** [1, C, H, W] with each `factor` x `factor` square as its mean; what is left over at the right and below falls away. At least one pixel stays. */
export function shrunk({ data, dims: [, channels = 0, rows = 0, columns = 0] }: Tensor, factor: number): Tensor {
  const [height, width] = [Math.max(1, Math.floor(rows / factor)), Math.max(1, Math.floor(columns / factor))];
  const [tall, wide] = [Math.min(factor, rows), Math.min(factor, columns)];
  const out = new Float32Array(channels * height * width);
  for (let i = 0; i < out.length; i++) {
    const [channel, y, x] = [Math.floor(i / (height * width)), Math.floor(i / width) % height, i % width];
    let sum = 0;
    for (let dy = 0; dy < tall; dy++) {
      const from = (channel * rows + y * factor + dy) * columns + x * factor;
      for (let dx = 0; dx < wide; dx++) sum += data[from + dx] ?? 0;
    }
    out[i] = sum / (tall * wide);
  }
  return { data: out, dims: [1, channels, height, width] };
}
