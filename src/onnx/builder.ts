import { type Shape, sameShape, show } from "./dim.ts";
import type { Attribute, Constant, DType, Graph, GraphNode, ValueInfo } from "./graph.ts";
import type { Encoding, InitializerInfo, WeightExpr, WeightSpec } from "./weight.ts";
import { transpose } from "./weight-expr.ts";

/** A tensor that flows through the graph being built. */
export type Value = ValueInfo;

/** Decides how a weight is stored; `role` is the definition's word for what it does. */
export type EncodingChoice<Role extends string> = (name: string, role: Role, shape: readonly number[]) => Encoding;

/** A weight as the graph sees it; half-precision parts are widened to float32 already. */
export interface StoredWeight {
  readonly encoding: Encoding;
  readonly values: readonly Value[];
}

export type WeightUse = "dense" | "matrix" | "table";

type Outputs = readonly { readonly dtype: DType; readonly shape: Shape }[];

/**
 * Collects a graph: inputs, nodes, constants, weights. Everything is named after the scope it was made in, so the same definition gives
 * the same graph, and a name in a profile or an error is the checkpoint's key.
 */
export class GraphBuilder<Role extends string = never> {
  private readonly inputs: ValueInfo[] = [];
  private readonly nodes: GraphNode[] = [];
  private readonly constants = new Map<string, Constant>();
  private readonly weights = new Map<string, { readonly spec: WeightSpec; readonly shape: Shape; readonly stored: StoredWeight }>();
  private readonly taken = new Set<string>();

  constructor(
    readonly name: string,
    private readonly encode: EncodingChoice<Role>,
  ) {}

  /** The outermost scope, whose path is empty. */
  get root(): Scope<Role> {
    return new Scope(this, "");
  }

  input(name: string, dtype: DType, shape: Shape): Value {
    const value = { name: this.claim(name), dtype, shape };
    this.inputs.push(value);
    return value;
  }

  /** The finished graph; every output is given its public name by an Identity-free rename of the node that makes it. */
  finish(outputs: Readonly<Record<string, Value>>): Graph {
    const renamed = new Map<string, string>();
    for (const [name, value] of Object.entries(outputs)) {
      if (renamed.has(value.name) || this.inputs.some((input) => input.name === value.name)) {
        throw new Error(`${this.name}: output ${name} is ${value.name}, which already has a public name`);
      }
      renamed.set(value.name, this.claim(name));
    }
    const rename = (name: string): string => renamed.get(name) ?? name;
    return {
      name: this.name,
      inputs: this.inputs,
      outputs: Object.entries(outputs).map(([name, { dtype, shape }]) => ({ name, dtype, shape })),
      nodes: this.nodes.map((node) => ({ ...node, inputs: node.inputs.map(rename), outputs: node.outputs.map(rename) })),
      constants: [...this.constants.values()],
      weights: [...this.weights.values()].map(({ spec }) => spec),
    };
  }

  /** Adds a node and returns its outputs. `undefined` inputs are optional ones left out. */
  node(
    path: string,
    op: string,
    inputs: readonly (Value | undefined)[],
    outputs: Outputs,
    attributes: Readonly<Record<string, Attribute>>,
    domain: GraphNode["domain"],
  ): Value[] {
    const name = this.claim(path === "" ? op : `${path}/${op}`);
    const values = outputs.map(({ dtype, shape }, i) => ({ name: outputs.length === 1 ? `${name}:0` : `${name}:${i}`, dtype, shape }));
    this.nodes.push({
      name,
      domain,
      op,
      inputs: inputs.map((input) => input?.name ?? ""),
      outputs: values.map((value) => value.name),
      attributes,
    });
    return values;
  }

  /** A small tensor in the file itself; equal ones are one. */
  constant(dtype: DType, shape: readonly number[], bytes: Uint8Array): Value {
    const key = `${dtype}[${shape}]${bytes.join()}`;
    let constant = this.constants.get(key);
    if (constant === undefined) {
      constant = { name: this.claim(`constant/${dtype}[${shape}]`), dtype, shape, bytes };
      this.constants.set(key, constant);
    }
    return { name: constant.name, dtype, shape };
  }

  /**
   * A weight stored as the precision plan says: one dense value, or, where a matrix may have fewer bits, onnxruntime's quantized form
   * [values, scales] or [values, scales, zero points]. The same name again must mean the same weight (blocks that run twice).
   * A `table`, of which a graph takes few rows, stays as it is stored; all else is float32 to the graph.
   */
  weight(name: string, expr: WeightExpr, role: Role, use: WeightUse): StoredWeight {
    const made = this.weights.get(name);
    if (made !== undefined) {
      if (!sameShape(made.shape, expr.shape))
        throw new Error(`${name}: is a weight of ${show(made.shape)}, asked for again with ${show(expr.shape)}`);
      return made.stored;
    }
    const encoding = storable(this.encode(name, role, expr.shape), expr.shape, use);
    // MatMul wants [in, out], a quantized matrix stays [out, in] as torch has it.
    const weight = use === "matrix" && encoding.kind === "dense" ? transpose(expr, [1, 0]) : expr;
    const initializers = initializersOf(name, weight.shape, encoding);
    for (const info of initializers) this.claim(info.name);
    const stored = { encoding, values: initializers.map((info) => (use === "table" ? info : this.widened(name, info))) };
    this.weights.set(name, { spec: { weight, encoding, initializers }, shape: expr.shape, stored });
    return stored;
  }

  /** Half-precision initializers are widened in the graph, so that any ONNX tool can run it; our runtime widens them as it reads them (widen-initializers.ts). */
  private widened(path: string, info: InitializerInfo): Value {
    if (info.dtype !== "float16") return info;
    const attributes = { to: { kind: "int", value: 1 } } as const;
    const [value] = this.node(path, "Cast", [info], [{ dtype: "float32", shape: info.shape }], attributes, "");
    if (value === undefined) throw new Error(`${path}: no output`);
    return value;
  }

  private claim(name: string): string {
    let free = name;
    for (let n = 2; this.taken.has(free); n++) free = `${name}#${n}`;
    this.taken.add(free);
    return free;
  }
}

/** A place in the network: its path is the prefix of its tensors' keys in the checkpoint. */
export class Scope<Role extends string = never> {
  constructor(
    readonly graph: GraphBuilder<Role>,
    readonly path: string,
  ) {}

  child(name: string | number): Scope<Role> {
    return new Scope(this.graph, this.key(`${name}`));
  }

  /** The checkpoint's key of a tensor of this scope. */
  key(name: string): string {
    return this.path === "" ? name : `${this.path}.${name}`;
  }

  /** A node with one output. */
  op(
    op: string,
    inputs: readonly (Value | undefined)[],
    dtype: DType,
    shape: Shape,
    attributes: Readonly<Record<string, Attribute>> = {},
    domain: GraphNode["domain"] = "",
  ): Value {
    const [value] = this.graph.node(this.path, op, inputs, [{ dtype, shape }], attributes, domain);
    if (value === undefined) throw new Error(`${op}: no output`);
    return value;
  }

  float32(values: ArrayLike<number>, shape: readonly number[] = [values.length]): Value {
    return this.graph.constant("float32", shape, bytesOf(Float32Array.from(values)));
  }

  int64(values: readonly number[], shape: readonly number[] = [values.length]): Value {
    return this.graph.constant("int64", shape, bytesOf(BigInt64Array.from(values, BigInt)));
  }

  /** A dense weight as float32, however it is stored. `name` is this scope's, `role` the plan's. */
  dense(name: string, expr: WeightExpr, role: Role): Value {
    return this.only(name, expr, role, "dense");
  }

  /** A dense weight of which rows are taken (Gather), float32 or float16 as it is stored. */
  table(name: string, expr: WeightExpr, role: Role): Value {
    return this.only(name, expr, role, "table");
  }

  private only(name: string, expr: WeightExpr, role: Role, use: WeightUse): Value {
    const [value] = this.graph.weight(this.key(name), expr, role, use).values;
    if (value === undefined) throw new Error(`${this.key(name)}: no values`);
    return value;
  }
}

/** A matrix that cannot be cut into whole blocks, or a weight of another kind, is kept in float16 where fewer bits were asked for. */
function storable(encoding: Encoding, shape: readonly number[], use: WeightUse): Encoding {
  if (encoding.kind === "dense" || (use === "matrix" && (shape[1] ?? 1) % encoding.blockSize === 0)) return encoding;
  return { kind: "dense", dtype: "float16" };
}

function initializersOf(name: string, shape: readonly number[], encoding: Encoding): InitializerInfo[] {
  if (encoding.kind === "dense") return [{ name, dtype: encoding.dtype, shape }];
  const [n = 0, k = 0] = shape;
  const { bits, blockSize, symmetric } = encoding;
  const blocks = k / blockSize;
  return [
    { name: `${name}.quantized`, dtype: "uint8", shape: [n, blocks, (blockSize * bits) / 8] },
    { name: `${name}.scales`, dtype: "float16", shape: [n, blocks] },
    ...(symmetric ? [] : [{ name: `${name}.zero_points`, dtype: "uint8" as const, shape: [n, Math.ceil((blocks * bits) / 8)] }]),
  ];
}

/** Every platform this runs on is little-endian, as ONNX's raw data is. */
function bytesOf(array: Float32Array | BigInt64Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}
