import type { Scope, Value } from "../builder.ts";
import { addDims, type Dim, floorDiv, mulDims, type Shape, sameDim, sameShape, show } from "../dim.ts";

export function transpose(s: Scope, x: Value, perm: readonly number[]): Value {
  if ([...perm].sort((a, b) => a - b).join() !== x.shape.map((_, i) => i).join()) {
    throw new Error(`${s.path}/Transpose: [${perm}] of ${show(x.shape)}`);
  }
  const shape = perm.map((axis) => x.shape[axis] ?? 0);
  return s.op("Transpose", [x], x.dtype, shape, { perm: { kind: "ints", value: perm } });
}

/**
 * The same elements in another shape. Unknown dimensions must be the input's at the same place (written 0), but for one (written -1),
 * so that the file holds the target as a constant.
 */
export function reshape(s: Scope, x: Value, shape: Shape): Value {
  if (sameShape(x.shape, shape)) return x;
  const open = shape.filter((d, i) => typeof d !== "number" && !sameDim(d, x.shape[i] ?? -1));
  if (open.length > 1 || !sameDim(mulDims(1, ...shape), mulDims(1, ...x.shape))) {
    throw new Error(`${s.path}/Reshape: ${show(x.shape)} to ${show(shape)}`);
  }
  const target = shape.map((d, i) => (typeof d === "number" ? d : sameDim(d, x.shape[i] ?? -1) ? 0 : -1));
  return s.op("Reshape", [x, s.int64(target)], x.dtype, shape);
}

/** Reshape to the shape of `like`, read at run time: for two and more unknown dimensions. `shape` is `shapeOf(like)`. */
export function reshapeTo(s: Scope, x: Value, shape: Value, known: Shape): Value {
  if (!sameDim(mulDims(1, ...known), mulDims(1, ...x.shape))) throw new Error(`${s.path}/Reshape: ${show(x.shape)} to ${show(known)}`);
  return s.op("Reshape", [x, shape], x.dtype, known);
}

/** Dimensions `start` ≤ i < `end` of x as int64 numbers; no work on a GPU. */
export function shapeOf(s: Scope, x: Value, start = 0, end = x.shape.length): Value {
  return s.op("Shape", [x], "int64", [end - start], { start: { kind: "int", value: start }, end: { kind: "int", value: end } });
}

export function concat(s: Scope, parts: readonly Value[], axis: number): Value {
  const [first] = parts;
  if (first === undefined) throw new Error(`${s.path}/Concat: no parts`);
  if (parts.length === 1) return first;
  const at = axis < 0 ? axis + first.shape.length : axis;
  for (const part of parts) {
    const fits = part.dtype === first.dtype && part.shape.length === first.shape.length;
    if (!fits || part.shape.some((d, i) => i !== at && !sameDim(d, first.shape[i] ?? -1))) {
      throw new Error(`${s.path}/Concat: ${show(part.shape)} does not go beside ${show(first.shape)} along axis ${axis}`);
    }
  }
  const shape = first.shape.map((d, i) => (i === at ? addDims(...parts.map((part) => part.shape[at] ?? 0)) : d));
  return s.op("Concat", parts, first.dtype, shape, { axis: { kind: "int", value: axis } });
}

/**
 * Parts of these sizes along an axis. A Split of more than 9 outputs fails on WebGPU (storage buffers per shader stage), so many parts are
 * split in levels.
 */
export function split(s: Scope, x: Value, sizes: readonly number[], axis: number): Value[] {
  const at = axis < 0 ? axis + x.shape.length : axis;
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (x.shape[at] !== total) throw new Error(`${s.path}/Split: ${show(x.shape)} into [${sizes}] along axis ${axis}`);
  if (sizes.length === 1) return [x];
  const groups = grouped(sizes, MOST_OUTPUTS);
  const outputs = groups.map((group) => ({
    dtype: x.dtype,
    shape: x.shape.map((d, i) => (i === at ? group.reduce((sum, size) => sum + size, 0) : d)),
  }));
  const lengths = s.int64(groups.map((group) => group.reduce((sum, size) => sum + size, 0)));
  const parts = s.graph.node(s.path, "Split", [x, lengths], outputs, { axis: { kind: "int", value: axis } }, "");
  return parts.flatMap((part, i) => split(s, part, groups[i] ?? [], axis));
}

const MOST_OUTPUTS = 9;

/** At most `most` groups of neighbours, each needing as few levels as the others. */
function grouped(sizes: readonly number[], most: number): number[][] {
  let span = 1;
  while (sizes.length > span * most) span *= most;
  const even = Math.ceil(sizes.length / Math.ceil(sizes.length / span));
  const groups: number[][] = [];
  for (let i = 0; i < sizes.length; i += even) groups.push(sizes.slice(i, i + even));
  return groups;
}

/** Rows of a table [rows, C] by int64 `indices` [...] -> [..., C]. */
export function gather(s: Scope, table: Value, indices: Value): Value {
  return s.op("Gather", [table, indices], table.dtype, [...indices.shape, ...table.shape.slice(1)], { axis: { kind: "int", value: 0 } });
}

/** Repeats the border by `by` on both sides of the given axes (torch's ReplicationPad2d). */
export function padEdge(s: Scope, x: Value, by: number, axes: readonly number[]): Value {
  const pads = x.shape.map((_, i) => (axes.includes(i) ? by : 0));
  const shape = x.shape.map((d, i): Dim => (axes.includes(i) ? addDims(d, 2 * by) : d));
  return s.op("Pad", [x, s.int64([...pads, ...pads])], x.dtype, shape, { mode: { kind: "string", value: "edge" } });
}

/** Takes `by` off both ends of the given axes. */
export function crop(s: Scope, x: Value, by: number, axes: readonly number[]): Value {
  const shape = x.shape.map((d, i): Dim => (axes.includes(i) ? addDims(d, -2 * by) : d));
  const [starts, ends] = [axes.map(() => by), axes.map(() => -by)];
  return s.op("Slice", [x, s.int64(starts), s.int64(ends), s.int64(axes)], x.dtype, shape);
}

/** [N, C r^2, H, W] -> [N, C, H r, W r], torch's PixelShuffle(r). */
export function pixelShuffle(s: Scope, x: Value, r: number): Value {
  if (r === 1) return x;
  const [n = 1, c = 1, h = 1, w = 1] = x.shape;
  const channels = floorDiv(c, r * r);
  if (x.shape.length !== 4 || !sameDim(mulDims(channels, r * r), c)) throw new Error(`${s.path}/DepthToSpace: ${show(x.shape)} by ${r}`);
  const attributes = { blocksize: { kind: "int", value: r }, mode: { kind: "string", value: "CRD" } } as const;
  return s.op("DepthToSpace", [x], x.dtype, [n, channels, mulDims(h, r), mulDims(w, r)], attributes);
}
