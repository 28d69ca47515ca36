import type { WeightExpr } from "../onnx/weight.ts";
import { CascadeError } from "../shared/errors.ts";
import { sizeOf } from "../shared/tensor.ts";
import { throwIfAborted } from "./byte-source.ts";
import { type Checkpoint, missing } from "./checkpoint.ts";
import { type StoredNumbers, storedFloats, widen } from "./kernel/kernel.ts";

/** Elements read at a time from the checkpoint: 16 MB of float32. */
const CHUNK = 2 ** 22;

/** Checks that every tensor an expression names is there with its shape, before anything is written. Throws `bad-checkpoint`. */
export function checkTensors(expr: WeightExpr, checkpoint: Pick<Checkpoint, "name" | "shapes">): void {
  for (const { key, shape } of tensorsOf(expr)) {
    const stored = checkpoint.shapes.get(key);
    if (stored === undefined) throw new CascadeError("bad-checkpoint", missing(checkpoint.name, key));
    if (stored.length !== shape.length || stored.some((dim, i) => dim !== shape[i])) {
      throw new CascadeError(
        "bad-checkpoint",
        `${checkpoint.name}: tensor "${key}" has the shape [${stored.join(", ")}]; the network needs [${shape.join(", ")}].`,
      );
    }
  }
}

/** The checkpoint tensors an expression is made of. */
export function* tensorsOf(expr: WeightExpr): Generator<Extract<WeightExpr, { op: "tensor" }>> {
  switch (expr.op) {
    case "tensor":
      yield expr;
      return;
    case "literal":
      return;
    case "concat":
      for (const part of expr.parts) yield* tensorsOf(part);
      return;
    case "add":
    case "multiply":
      yield* tensorsOf(expr.a);
      yield* tensorsOf(expr.b);
      return;
    case "matvec":
      yield* tensorsOf(expr.matrix);
      yield* tensorsOf(expr.vector);
      return;
    default:
      yield* tensorsOf(expr.x);
  }
}

/**
 * Evaluates one expression by ranges of its elements, so that a large tensor is never whole in memory unless it is transposed.
 * Make one for each weight: transposed and broadcast operands are kept until it is dropped.
 */
export class WeightReader {
  private readonly whole = new Map<WeightExpr, Float32Array>();

  constructor(
    private readonly checkpoint: Pick<Checkpoint, "read">,
    private readonly signal?: AbortSignal,
  ) {}

  /** The same elements as the checkpoint stores them, where an expression is a tensor or rows of one; else as `read` gives them. */
  async readStored(expr: WeightExpr, start: number, count: number): Promise<StoredNumbers> {
    throwIfAborted(this.signal);
    switch (expr.op) {
      case "tensor":
        return this.checkpoint.read(expr.key, start, count, this.signal);
      case "reshape":
        return this.readStored(expr.x, start, count);
      case "slice":
        return this.readStored(expr.x, expr.start * sizeOf(expr.shape.slice(1)) + start, count);
      default:
        return storedFloats(await this.read(expr, start, count));
    }
  }

  /** `count` elements from element `start` of an expression, row-major, in float32. The caller must not write into them. */
  async read(expr: WeightExpr, start: number, count: number): Promise<Float32Array> {
    throwIfAborted(this.signal);
    switch (expr.op) {
      case "tensor":
        return widen(await this.checkpoint.read(expr.key, start, count, this.signal));
      case "literal":
        return expr.values.subarray(start, start + count);
      case "reshape":
        return this.read(expr.x, start, count);
      case "slice":
        return this.read(expr.x, expr.start * sizeOf(expr.shape.slice(1)) + start, count);
      case "concat":
        return this.readConcat(expr.parts, start, count);
      case "transpose":
        return (await this.transposed(expr)).subarray(start, start + count);
      case "affine":
        return (await this.read(expr.x, start, count)).map((x) => x * expr.scale + expr.offset);
      case "rsqrt":
        return (await this.read(expr.x, start, count)).map((x) => 1 / Math.sqrt(x + expr.epsilon));
      case "add": {
        const a = await this.read(expr.a, start, count);
        const b = await this.read(expr.b, start, count);
        return a.map((x, i) => x + (b[i] ?? 0));
      }
      case "multiply": {
        const a = await this.read(expr.a, start, count);
        const b = await this.broadcast(expr.b, expr.shape, start, count);
        return a.map((x, i) => x * (b[i] ?? 0));
      }
      case "matvec":
        return this.readMatvec(expr.matrix, expr.vector, start, count);
    }
  }

  private async readConcat(parts: readonly WeightExpr[], start: number, count: number): Promise<Float32Array> {
    const out = new Float32Array(count);
    let at = 0;
    for (const part of parts) {
      const size = sizeOf(part.shape);
      const from = Math.max(start, at);
      const to = Math.min(start + count, at + size);
      if (from < to) out.set(await this.read(part, from - at, to - from), from - start);
      at += size;
    }
    return out;
  }

  /** Rows of matrix times vector; sums in float64. */
  private async readMatvec(matrix: WeightExpr, vector: WeightExpr, start: number, count: number): Promise<Float32Array> {
    const v = await this.all(vector);
    const k = v.length;
    const rowsAtOnce = Math.max(1, Math.floor(CHUNK / k));
    const out = new Float32Array(count);
    for (let row = 0; row < count; row += rowsAtOnce) {
      const rows = Math.min(rowsAtOnce, count - row);
      const m = await this.read(matrix, (start + row) * k, rows * k);
      for (let r = 0; r < rows; r++) {
        let sum = 0;
        for (let i = 0; i < k; i++) sum += (m[r * k + i] ?? 0) * (v[i] ?? 0);
        out[row + r] = sum;
      }
    }
    return out;
  }

  private async all(expr: WeightExpr): Promise<Float32Array> {
    const kept = this.whole.get(expr);
    if (kept) return kept;
    const values = await this.read(expr, 0, sizeOf(expr.shape));
    this.whole.set(expr, values);
    return values;
  }

  /** Elements of x as they repeat over `shape`, each dimension of x being that of `shape` or 1. */
  private async broadcast(x: WeightExpr, shape: readonly number[], start: number, count: number): Promise<Float32Array> {
    if (sizeOf(x.shape) === sizeOf(shape)) return this.read(x, start, count);
    const values = await this.all(x);
    const strides = stridesOf(x.shape).map((stride, axis) => (x.shape[axis] === 1 ? 0 : stride));
    const out = new Float32Array(count);
    for (let i = 0; i < count; i++) out[i] = values[offsetOf(start + i, shape, strides)] ?? 0;
    return out;
  }

  /** Reads x in order and scatters it: only the result is whole in memory. */
  private async transposed(expr: Extract<WeightExpr, { op: "transpose" }>): Promise<Float32Array> {
    const kept = this.whole.get(expr);
    if (kept) return kept;
    const { x, perm } = expr;
    const size = sizeOf(x.shape);
    const out = new Float32Array(size);
    // Where a step along each axis of x leads in the result.
    const resultStrides = stridesOf(expr.shape);
    const strides = x.shape.map((_, axis) => resultStrides[perm.indexOf(axis)] ?? 0);
    const rowLength = x.shape.at(-1) ?? 1;
    const rowStride = strides.at(-1) ?? 1;
    const outer = x.shape.slice(0, -1);
    const rowsAtOnce = Math.max(1, Math.floor(CHUNK / rowLength));
    for (let row = 0; row < size / rowLength; row += rowsAtOnce) {
      const rows = Math.min(rowsAtOnce, size / rowLength - row);
      const values = await this.read(x, row * rowLength, rows * rowLength);
      for (let r = 0; r < rows; r++) {
        const base = offsetOf(row + r, outer, strides);
        for (let i = 0; i < rowLength; i++) out[base + i * rowStride] = values[r * rowLength + i] ?? 0;
      }
    }
    this.whole.set(expr, out);
    return out;
  }
}

function stridesOf(shape: readonly number[]): number[] {
  return shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
}

/** Where the flat index `index` into `shape` lies under other strides. */
function offsetOf(index: number, shape: readonly number[], strides: readonly number[]): number {
  let rest = index;
  let offset = 0;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const dim = shape[axis] ?? 1;
    offset += (rest % dim) * (strides[axis] ?? 0);
    rest = Math.floor(rest / dim);
  }
  return offset;
}
