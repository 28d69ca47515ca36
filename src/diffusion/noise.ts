import { Mt19937 } from "./mt19937.ts";

/**
 * Standard normal numbers equal to `torch.randn(..., generator=torch.Generator().manual_seed(seed))` on a CPU, so that a seed gives the
 * reference's picture. torch fills short tensors one by one in float64 and keeps the second normal of each pair for the next short
 * draw; tensors of 16 elements and more it fills with float32 uniforms first and turns them into normals in blocks of 16.
 * Source: ATen/native/cpu/DistributionTemplates.h (normal_fill) and core/DistributionsHelper.h.
 */
export class TorchGenerator {
  private readonly engine: Mt19937;
  private spare: number | undefined;

  constructor(seed: number) {
    this.engine = new Mt19937(seed);
  }

  /** `count` draws, as one tensor of that many elements. */
  randn(count: number): Float32Array {
    const out = new Float32Array(count);
    if (count < 16) {
      for (let i = 0; i < count; i++) out[i] = this.normal();
      return out;
    }
    for (let i = 0; i < count; i++) out[i] = this.uniform24();
    for (let start = 0; start + 16 <= count; start += 16) toNormal(out.subarray(start, start + 16));
    if (count % 16 !== 0) {
      // The last block overlaps the one before it and is drawn anew.
      const last = out.subarray(count - 16);
      for (let i = 0; i < 16; i++) last[i] = this.uniform24();
      toNormal(last);
    }
    return out;
  }

  private normal(): number {
    if (this.spare !== undefined) {
      const spare = this.spare;
      this.spare = undefined;
      return spare;
    }
    const u1 = this.uniform53();
    const u2 = this.uniform53();
    const radius = Math.sqrt(-2 * Math.log1p(-u2));
    const theta = 2 * Math.PI * u1;
    this.spare = radius * Math.sin(theta);
    return radius * Math.cos(theta);
  }

  private uniform24(): number {
    return (this.engine.uint32() & 0xffffff) / 2 ** 24;
  }

  private uniform53(): number {
    const high = this.engine.uint32() & 0x1fffff;
    return (high * 2 ** 32 + this.engine.uint32()) / 2 ** 53;
  }
}

/** Box-Muller on 16 uniforms in place: the first eight are radii, the last eight angles. Rounded where torch's float32 code rounds. */
function toNormal(block: Float32Array): void {
  const { fround } = Math;
  for (let j = 0; j < 8; j++) {
    const radius = fround(Math.sqrt(fround(-2 * fround(Math.log(fround(1 - (block[j] ?? 0)))))));
    const theta = fround(fround(2 * Math.PI) * (block[j + 8] ?? 0));
    block[j] = radius * fround(Math.cos(theta));
    block[j + 8] = radius * fround(Math.sin(theta));
  }
}
