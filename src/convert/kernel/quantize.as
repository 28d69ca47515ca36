// AssemblyScript, compiled by `npm run build:kernel` to kernel.wasm.ts. The numbers are those of quantize.ts's definition, in its order of
// operations (doubles, two at a time), so that the bytes are the same wherever it runs.

/** Weights of a block. */
const BLOCK: usize = 32;
/** The block as doubles. */
const wide = memory.data(256, 16);
const CLIPS = memory.data<f64>([1, 1.06, 0.96, 0.91, 0.86, 0.8]);
const ASYMMETRIC_CLIPS = memory.data<f64>([1, 0.96, 0.92, 0.88, 0.84, 0.8]);

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
 * Quantizes `rows` rows of `k` float32 (k a multiple of 32) at `weights`: packed integers to `values`, a scale a block to `scales` (float16 patterns,
 * or float32 where `half` is 0), and where `zeros` is not 0 a zero point a block there, packed like the values in whole bytes a row.
 */
export function quantize(weights: usize, rows: i32, k: i32, bits: i32, half: i32, values: usize, scales: usize, zeros: usize): void {
  const blocks = k / <i32>BLOCK;
  const zeroBytes = (blocks * bits + 7) >> 3;
  for (let row = 0; row < rows; row++) {
    for (let b = 0; b < blocks; b++) {
      promote(weights);
      weights += BLOCK << 2;
      let zero = 1 << (bits - 1);
      let scale: f64;
      if (zeros) {
        scale = asymmetric(bits);
        zero = zeroPoint;
        const at = zeros + row * zeroBytes + (bits == 8 ? b : b >> 1);
        if (bits == 4 && b & 1) store<u8>(at, load<u8>(at) | (zero << 4));
        else store<u8>(at, zero);
      } else {
        scale = symmetric(bits);
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
      values = pack(scale, zero, bits, values);
    }
  }
}

function promote(weights: usize): void {
  for (let i: usize = 0; i < BLOCK; i += 4) {
    const four = v128.load(weights + (i << 2));
    v128.store(wide + (i << 3), f64x2.promote_low_f32x4(four));
    v128.store(wide + (i << 3), f64x2.promote_low_f32x4(v128.shuffle<i64>(four, four, 1, 0)), 16);
  }
}

function symmetric(bits: i32): f64 {
  const zero = 1 << (bits - 1);
  let furthest: f64 = 0;
  for (let i: usize = 0; i < BLOCK; i++) {
    const weight = load<f64>(wide + (i << 3));
    if (abs(weight) > abs(furthest)) furthest = weight;
  }
  if (furthest == 0) return 0;
  let best: f64 = 0;
  let most: f64 = -1;
  const clips = bits == 8 ? 1 : 6;
  for (let c = 0; c < clips; c++) {
    const clip = load<f64>(CLIPS + (<usize>c << 3));
    const explained = refit((-furthest * clip) / <f64>zero, -zero, zero - 1);
    if (explained > most) {
      most = explained;
      best = fitted;
    }
  }
  return best;
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
