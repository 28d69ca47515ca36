/**
 * IEEE half precision and bfloat16 as raw 16-bit patterns. Float16Array is not in Node 20, so the conversions are done on
 * the bits; rounding is to nearest, ties to even, as torch and numpy do it.
 */
const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** Adding 0.5 puts the last bit of a half's subnormals at the last bit of a float32: the hardware then rounds to even. */
const SUBNORMAL_MAGIC = 0.5;
const SUBNORMAL_MAGIC_BITS = 0x3f000000;

/** The half precision pattern nearest to a float32 value; beyond 65504 it becomes infinity. */
export function toFloat16Bits(value: number): number {
  float[0] = value;
  const pattern = bits[0] ?? 0;
  const sign = (pattern >>> 16) & 0x8000;
  const magnitude = pattern & 0x7fffffff;
  if (magnitude >= 0x47800000) return sign | (magnitude > 0x7f800000 ? 0x7e00 : 0x7c00);
  if (magnitude < 0x38800000) {
    float[0] = Math.abs(value) + SUBNORMAL_MAGIC;
    return sign | ((bits[0] ?? 0) - SUBNORMAL_MAGIC_BITS);
  }
  const odd = (magnitude >>> 13) & 1;
  return sign | ((magnitude - 0x38000000 + 0xfff + odd) >>> 13);
}

/** The value of a half precision pattern. */
export function fromFloat16Bits(half: number): number {
  const exponent = (half >>> 10) & 0x1f;
  const fraction = half & 0x3ff;
  const sign = half & 0x8000 ? -1 : 1;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** A float32 value rounded to half precision. */
export function roundToFloat16(value: number): number {
  return fromFloat16Bits(toFloat16Bits(value));
}

/** Rounds every value to half precision patterns. */
export function toFloat16(values: Float32Array): Uint16Array<ArrayBuffer> {
  const halves = new Uint16Array(values.length);
  const patterns = new Uint32Array(values.buffer, values.byteOffset, values.length);
  for (let i = 0; i < patterns.length; i++) {
    const pattern = patterns[i] ?? 0;
    const magnitude = pattern & 0x7fffffff;
    // The common case in line: normal halves.
    halves[i] =
      magnitude >= 0x38800000 && magnitude < 0x47800000
        ? ((pattern >>> 16) & 0x8000) | ((magnitude - 0x38000000 + 0xfff + ((magnitude >>> 13) & 1)) >>> 13)
        : toFloat16Bits(values[i] ?? 0);
  }
  return halves;
}

let table: Float32Array | undefined;

/** Widens half precision patterns (exact). */
export function fromFloat16(halves: Uint16Array): Float32Array<ArrayBuffer> {
  table ??= Float32Array.from({ length: 65536 }, (_, half) => fromFloat16Bits(half));
  const values = new Float32Array(halves.length);
  for (let i = 0; i < halves.length; i++) values[i] = table[halves[i] ?? 0] ?? 0;
  return values;
}

/** Widens bfloat16 patterns (exact: the upper half of a float32). */
export function fromBfloat16(halves: Uint16Array): Float32Array<ArrayBuffer> {
  const patterns = new Uint32Array(halves.length);
  for (let i = 0; i < halves.length; i++) patterns[i] = (halves[i] ?? 0) << 16;
  return new Float32Array(patterns.buffer);
}
