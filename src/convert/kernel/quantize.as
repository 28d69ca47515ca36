// AssemblyScript, compiled by `npm run build:kernel` to kernel-wasm.ts. The numbers are those of quantize.ts's definition, in its order of
// operations, so that the bytes are the same wherever it runs: float32 in four lanes for symmetric grids, doubles in two for those with zero points.

/** Weights of a block. */
const BLOCK: usize = 32;
/** The block as float32, where it is stored as halves. */
const block = memory.data(128, 16);
/** The block in steps of its first grid (float32). */
const steps = memory.data(128, 16);
/** The block as doubles. */
const wide = memory.data(256, 16);
/** Four lanes of <t, q> and of <q, q> for each divisor; then what each fits. */
const sums = memory.data(256, 16);
const fits = memory.data(64, 16);
/** Divisors of the first grid's steps that are tried at 4 bits. */
const DIVISORS = memory.data<f32>([0.926, 0.971, 1.01, 1.053, 1.1, 1.15, 1.22, 1.316]);
const ASYMMETRIC_CLIPS = memory.data<f64>([1, 0.96, 0.92, 0.88, 0.84, 0.8]);
/** Furthest weights below this make a block of zeros, and what follows can't overflow. */
const LEAST: f32 = 1e-30;
/** 1.5 * 2^23: added to a float32 of few bits, its last bits are the nearest integer's. */
const ROUND: f32 = 12582912;

/** How weights are stored. */
const FLOAT32 = 0;
const BFLOAT16 = 1;

let fitted: f64 = 0;

/** First byte of memory that is free for the caller. */
export function free(): usize {
  return (__heap_base + 15) & ~15;
}

/** Widens `count` bfloat16 patterns at `from` to float32 at `to` (a multiple of 8 elements at a time; room for them must be there). */
export function widen(from: usize, to: usize, count: i32): void {
  for (let i = 0; i < count; i += 8) {
    const halves = v128.load(from + (<usize>i << 1));
    v128.store(to + (<usize>i << 2), v128.shl<i32>(v128.extend_low<u16>(halves), 16));
    v128.store(to + (<usize>i << 2), v128.shl<i32>(v128.extend_high<u16>(halves), 16), 16);
  }
}

/** Widens `count` float16 patterns, as `widen` does. Shifted into a float32's place they lack a factor of 2^112, subnormals too. */
export function widenHalf(from: usize, to: usize, count: i32): void {
  for (let i = 0; i < count; i += 8) {
    const halves = v128.load(from + (<usize>i << 1));
    v128.store(to + (<usize>i << 2), fourHalves(v128.extend_low<u16>(halves)));
    v128.store(to + (<usize>i << 2), fourHalves(v128.extend_high<u16>(halves)), 16);
  }
}

// @ts-ignore: decorator
@inline
function fourHalves(halves: v128): v128 {
  const magnitude = v128.shl<i32>(v128.and(halves, v128.splat<i32>(0x7fff)), 13);
  const value = f32x4.mul(magnitude, f32x4.splat(reinterpret<f32>((127 + 112) << 23)));
  // Infinity and NaN have an exponent of their own.
  const special = v128.and(v128.ge<i32>(magnitude, v128.splat<i32>(0x7c00 << 13)), v128.splat<i32>(0x7f800000));
  return v128.or(v128.or(value, special), v128.shl<i32>(v128.and(halves, v128.splat<i32>(0x8000)), 16));
}

/** Element of the first of `count` float32 at `from` that is not finite; -1 where all are. */
export function notFinite(from: usize, count: i32): i32 {
  const exponent = v128.splat<i32>(0x7f800000);
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    const bits = v128.and(v128.load(from + (<usize>i << 2)), exponent);
    if (v128.any_true(v128.eq<i32>(bits, exponent))) break;
  }
  for (; i < count; i++) {
    if ((load<i32>(from + (<usize>i << 2)) & 0x7f800000) == 0x7f800000) return i;
  }
  return -1;
}

/**
 * Quantizes `rows` rows of `k` weights (k a multiple of 32) at `weights`, stored as `type` says: packed integers to `values`, a scale a block to `scales`
 * (float16 patterns, or float32 where `half` is 0), and where `zeros` is not 0 a zero point a block there, packed like the values in whole bytes a row.
 * Returns -1, or the first element of a block with a number that is not finite.
 */
export function quantize(
  weights: usize, type: i32, rows: i32, k: i32, bits: i32, half: i32, values: usize, scales: usize, zeros: usize,
): i32 {
  const blocks = k / <i32>BLOCK;
  const zeroBytes = (blocks * bits + 7) >> 3;
  const bytes = BLOCK << (type == FLOAT32 ? 2 : 1);
  for (let row = 0; row < rows; row++) {
    for (let b = 0; b < blocks; b++) {
      let from = weights;
      weights += bytes;
      if (type != FLOAT32) {
        if (type == BFLOAT16) widen(from, block, BLOCK);
        else widenHalf(from, block, BLOCK);
        from = block;
      }
      const furthest = furthestOf(from);
      if ((reinterpret<i32>(furthest) & 0x7f800000) == 0x7f800000) return (row * blocks + b) * <i32>BLOCK;
      let zero = 1 << (bits - 1);
      let scale: f64;
      if (zeros) {
        promote(from);
        scale = asymmetric(bits);
        zero = zeroPoint;
        const at = zeros + row * zeroBytes + (bits == 8 ? b : b >> 1);
        if (bits == 4 && b & 1) store<u8>(at, load<u8>(at) | (zero << 4));
        else store<u8>(at, zero);
      } else {
        scale = abs(furthest) < LEAST ? 0 : <f64>symmetric(from, furthest, bits);
      }
      if (half) {
        const pattern = toHalf(<f32>scale);
        store<u16>(scales, pattern);
        scales += 2;
        scale = fromHalf(pattern);
      } else {
        scale = <f64>(<f32>scale);
        store<f32>(scales, <f32>scale);
        scales += 4;
      }
      values = zeros ? pack(scale, zero, bits, values) : packSymmetric(from, <f32>scale, bits, values);
    }
  }
  return -1;
}

/** The weight furthest from zero, the negative one of two; one that is not finite where there is any. */
function furthestOf(from: usize): f32 {
  const magnitude = v128.splat<i32>(0x7fffffff);
  let most = v128.splat<i32>(0);
  let low = f32x4.splat(0);
  for (let i: usize = 0; i < BLOCK << 2; i += 16) {
    const four = v128.load(from + i);
    most = v128.max<i32>(most, v128.and(four, magnitude));
    low = f32x4.pmin(low, four);
  }
  // The patterns of positive numbers are in their order, and that of NaN is the largest.
  most = v128.max<i32>(most, v128.shuffle<i32>(most, most, 2, 3, 0, 1));
  most = v128.max<i32>(most, v128.shuffle<i32>(most, most, 1, 0, 3, 2));
  low = f32x4.pmin(low, v128.shuffle<i32>(low, low, 2, 3, 0, 1));
  low = f32x4.pmin(low, v128.shuffle<i32>(low, low, 1, 0, 3, 2));
  const high = f32x4.extract_lane(most, 0);
  return -f32x4.extract_lane(low, 0) == high ? -high : high;
}

/** The scale of least squared error around a middle zero point, among ranges that cut off more and more. */
function symmetric(from: usize, furthest: f32, bits: i32): f32 {
  const zero = <f32>(1 << (bits - 1));
  const step = furthest / -zero;
  const inverse = f32x4.splat(1 / step);
  for (let i: usize = 0; i < BLOCK << 2; i += 16) v128.store(steps + i, f32x4.mul(v128.load(from + i), inverse));
  if (bits == 8) {
    fit(f32x4.splat(1), f32x4.splat(1), -zero, zero - 1, sums);
    const tq = v128.load(sums);
    const qq = v128.load(sums, 16);
    return (lanes(tq) / lanes(qq)) * step;
  }
  for (let c: usize = 0; c < 8; c += 2) {
    const divisors = DIVISORS + (c << 2);
    fit(v128.load_splat<f32>(divisors), v128.load_splat<f32>(divisors, 4), -zero, zero - 1, sums + (c << 5));
  }
  const explained1 = explain(sums, fits);
  const explained2 = explain(sums + 128, fits + 16);
  let most = f32x4.pmax(explained1, explained2);
  most = f32x4.pmax(most, v128.shuffle<i32>(most, most, 2, 3, 0, 1));
  most = f32x4.pmax(most, v128.shuffle<i32>(most, most, 1, 0, 3, 2));
  const best = v128.bitmask<i32>(f32x4.eq(explained1, most)) | (v128.bitmask<i32>(f32x4.eq(explained2, most)) << 4);
  return load<f32>(fits + (<usize>ctz(best) << 2)) * step;
}

/** Lanes of <t, q> and <q, q> of the integers that two divisors give: t q and q q of the first, then of the second. */
// @ts-ignore: decorator
@inline
function fit(divisor1: v128, divisor2: v128, least: f32, most: f32, to: usize): void {
  const lowest = f32x4.splat(least);
  const highest = f32x4.splat(most);
  let tq1 = f32x4.splat(0);
  let qq1 = f32x4.splat(0);
  let tq2 = f32x4.splat(0);
  let qq2 = f32x4.splat(0);
  for (let i: usize = 0; i < BLOCK << 2; i += 16) {
    const t = v128.load(steps + i);
    const q1 = f32x4.pmin(highest, f32x4.pmax(lowest, f32x4.nearest(f32x4.mul(t, divisor1))));
    const q2 = f32x4.pmin(highest, f32x4.pmax(lowest, f32x4.nearest(f32x4.mul(t, divisor2))));
    tq1 = f32x4.add(tq1, f32x4.mul(t, q1));
    qq1 = f32x4.add(qq1, f32x4.mul(q1, q1));
    tq2 = f32x4.add(tq2, f32x4.mul(t, q2));
    qq2 = f32x4.add(qq2, f32x4.mul(q2, q2));
  }
  v128.store(to, tq1);
  v128.store(to, qq1, 16);
  v128.store(to, tq2, 32);
  v128.store(to, qq2, 48);
}

function lanes(four: v128): f32 {
  return (f32x4.extract_lane(four, 0) + f32x4.extract_lane(four, 2)) + (f32x4.extract_lane(four, 1) + f32x4.extract_lane(four, 3));
}

/** <t, q>^2 / <q, q> of four divisors; <t, q> / <q, q> goes to `to`. */
function explain(from: usize, to: usize): v128 {
  const tq = lanesOfFour(v128.load(from), v128.load(from, 32), v128.load(from, 64), v128.load(from, 96));
  const qq = lanesOfFour(v128.load(from, 16), v128.load(from, 48), v128.load(from, 80), v128.load(from, 112));
  v128.store(to, f32x4.div(tq, qq));
  return f32x4.div(f32x4.mul(tq, tq), qq);
}

/** `lanes` of each, in a lane each. */
function lanesOfFour(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = f32x4.add(v128.shuffle<i32>(a, b, 0, 1, 4, 5), v128.shuffle<i32>(a, b, 2, 3, 6, 7));
  const cd = f32x4.add(v128.shuffle<i32>(c, d, 0, 1, 4, 5), v128.shuffle<i32>(c, d, 2, 3, 6, 7));
  return f32x4.add(v128.shuffle<i32>(ab, cd, 0, 2, 4, 6), v128.shuffle<i32>(ab, cd, 1, 3, 5, 7));
}

/** Writes a block's integers around the middle; returns where the next block's go. */
function packSymmetric(from: usize, scale: f32, bits: i32, out: usize): usize {
  const zero = <f32>(1 << (bits - 1));
  const inverse = f32x4.splat(scale == 0 ? 0 : 1 / scale);
  const lowest = f32x4.splat(-zero);
  const highest = f32x4.splat(zero - 1);
  const shift = f32x4.splat(ROUND + zero);
  const low = sixteen(from, inverse, lowest, highest, shift);
  const high = sixteen(from + 64, inverse, lowest, highest, shift);
  if (bits == 8) {
    v128.store(out, low);
    v128.store(out, high, 16);
    return out + 32;
  }
  v128.store(out, v128.narrow<u16>(paired(low), paired(high)));
  return out + 16;
}

/** Sixteen integers, a byte each. */
// @ts-ignore: decorator
@inline
function sixteen(from: usize, inverse: v128, lowest: v128, highest: v128, shift: v128): v128 {
  const a = integers(v128.load(from), inverse, lowest, highest, shift);
  const b = integers(v128.load(from, 16), inverse, lowest, highest, shift);
  const c = integers(v128.load(from, 32), inverse, lowest, highest, shift);
  const d = integers(v128.load(from, 48), inverse, lowest, highest, shift);
  return v128.narrow<u16>(v128.narrow<i32>(a, b), v128.narrow<i32>(c, d));
}

// @ts-ignore: decorator
@inline
function integers(four: v128, inverse: v128, lowest: v128, highest: v128, shift: v128): v128 {
  const clamped = f32x4.pmin(highest, f32x4.pmax(lowest, f32x4.mul(four, inverse)));
  return v128.and(f32x4.add(clamped, shift), v128.splat<i32>(255));
}

/** Of two bytes in each 16 bits, the low halves together. */
// @ts-ignore: decorator
@inline
function paired(bytes: v128): v128 {
  return v128.and(v128.or(bytes, v128.shr<u16>(bytes, 4)), v128.splat<i16>(255));
}

function promote(weights: usize): void {
  for (let i: usize = 0; i < BLOCK; i += 4) {
    const four = v128.load(weights + (i << 2));
    v128.store(wide + (i << 3), f64x2.promote_low_f32x4(four));
    v128.store(wide + (i << 3), f64x2.promote_low_f32x4(v128.shuffle<i64>(four, four, 1, 0)), 16);
  }
}

let zeroPoint: i32 = 0;

function asymmetric(bits: i32): f64 {
  const top = (1 << bits) - 1;
  let low: f64 = 0;
  let high: f64 = 0;
  for (let i: usize = 0; i < BLOCK; i++) {
    const weight = load<f64>(wide + (i << 3));
    if (weight < low) low = weight;
    if (weight > high) high = weight;
  }
  zeroPoint = 0;
  if (low == high) return 0;
  let best: f64 = 0;
  let most: f64 = -1;
  const clips = bits == 8 ? 1 : 6;
  for (let c = 0; c < clips; c++) {
    const clip = load<f64>(ASYMMETRIC_CLIPS + (<usize>c << 3));
    const start = ((high - low) * clip) / <f64>top;
    // Math.round, which takes halves up.
    const zero = min(top, max(0, <i32>Math.floor((-low * clip) / start + 0.5)));
    const explained = refit(start, -zero, top - zero);
    if (explained > most) {
      most = explained;
      best = fitted;
      zeroPoint = zero;
    }
  }
  return best;
}

/** <w, q>^2 / <q, q> of the integers that `scale` gives; leaves <w, q> / <q, q> in `fitted`. */
function refit(scale: f64, least: i32, most: i32): f64 {
  const inverse = f64x2.splat(1 / scale);
  const lowest = f64x2.splat(<f64>least);
  const highest = f64x2.splat(<f64>most);
  let wq = f64x2.splat(0);
  let qq = f64x2.splat(0);
  for (let i: usize = 0; i < BLOCK << 3; i += 16) {
    const w = v128.load(wide + i);
    const q = f64x2.pmin(highest, f64x2.pmax(lowest, f64x2.nearest(f64x2.mul(w, inverse))));
    wq = f64x2.add(wq, f64x2.mul(w, q));
    qq = f64x2.add(qq, f64x2.mul(q, q));
  }
  const a = f64x2.extract_lane(wq, 0) + f64x2.extract_lane(wq, 1);
  const b = f64x2.extract_lane(qq, 0) + f64x2.extract_lane(qq, 1);
  fitted = b == 0 ? scale : a / b;
  return b == 0 ? 0 : (a * a) / b;
}

/** Writes a block's integers, each a byte or two in one; returns where the next block's go. */
function pack(scale: f64, zero: i32, bits: i32, out: usize): usize {
  const inverse = f64x2.splat(scale == 0 ? 0 : 1 / scale);
  const shift = f64x2.splat(<f64>zero);
  const none = f64x2.splat(0);
  const top = f64x2.splat(<f64>((1 << bits) - 1));
  for (let i: usize = 0; i < BLOCK << 3; i += 16) {
    const q = f64x2.add(f64x2.nearest(f64x2.mul(v128.load(wide + i), inverse)), shift);
    const pair = i32x4.trunc_sat_f64x2_s_zero(f64x2.pmin(top, f64x2.pmax(none, q)));
    const low = i32x4.extract_lane(pair, 0);
    const high = i32x4.extract_lane(pair, 1);
    if (bits == 4) {
      store<u8>(out++, low | (high << 4));
    } else {
      store<u8>(out++, low);
      store<u8>(out++, high);
    }
  }
  return out;
}

/** The half precision pattern nearest to a float32, ties to even, as src/shared/float16.ts has it. */
function toHalf(value: f32): u16 {
  const pattern = reinterpret<u32>(value);
  const sign = (pattern >> 16) & 0x8000;
  const magnitude = pattern & 0x7fffffff;
  if (magnitude >= 0x47800000) return <u16>(sign | (magnitude > 0x7f800000 ? 0x7e00 : 0x7c00));
  if (magnitude < 0x38800000) {
    const small = reinterpret<u32>(abs(value) + <f32>0.5) - 0x3f000000;
    return <u16>(small == 0 ? 0 : sign | small); // never -0: a scale of 0 stands for a block of zeros
  }
  return <u16>(sign | ((magnitude - 0x38000000 + 0xfff + ((magnitude >> 13) & 1)) >> 13));
}

function fromHalf(half: u16): f64 {
  const exponent = <i32>((half >> 10) & 0x1f);
  const fraction = <f64>(half & 0x3ff);
  const sign: f64 = half & 0x8000 ? -1 : 1;
  if (exponent == 0) return sign * fraction * 5.9604644775390625e-8;
  if (exponent == 0x1f) return fraction == 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * reinterpret<f64>(<u64>(exponent - 15 + 1023) << 52);
}
