import { BinaryWriter } from "@bufbuild/protobuf/wire";
import type { Attribute, Constant, GraphNode } from "./graph.ts";
import * as proto from "./proto.ts";
import { writeConstant, writeNode } from "./write.ts";

/**
 * The same .onnx with every MultiHeadAttention of com.microsoft written as Reshape, Transpose, MatMul, Softmax, MatMul. The fused kernel
 * of the WebGPU provider gives wrong numbers, silently, on devices with narrow subgroups (onnxruntime pull request 28520); this is the
 * fallback, made from the same file. Needs num_heads and scale on the node, as ops/matrix.ts writes them. Everything else is
 * copied as it stands. Throws where a node uses inputs that no graph here has.
 */
export function decomposeAttention(model: Uint8Array): Uint8Array<ArrayBuffer> {
  const w = new BinaryWriter();
  for (const field of proto.fields(model)) {
    if (field.number === proto.Model.graph) proto.writeBytes(w, proto.Model.graph, rewriteGraph(field.payload));
    else w.raw(field.raw);
  }
  return w.finish();
}

/** Whether an .onnx has attention that can be decomposed. */
export function hasFusedAttention(model: Uint8Array): boolean {
  const within = (bytes: Uint8Array, number: number) => [...proto.fields(bytes)].filter((field) => field.number === number);
  const graphs = within(model, proto.Model.graph);
  return graphs.some(({ payload }) => within(payload, proto.GraphField.node).some((node) => fusedAttention(node.payload) !== undefined));
}

function rewriteGraph(graph: Uint8Array): Uint8Array {
  const w = new BinaryWriter();
  const constants = new Map<string, Constant>();
  for (const field of proto.fields(graph)) {
    const node = field.number === proto.GraphField.node ? fusedAttention(field.payload) : undefined;
    if (node === undefined) w.raw(field.raw);
    else for (const part of decomposed(node, constants)) writeNode(w, part);
  }
  for (const constant of constants.values()) writeConstant(w, constant);
  return w.finish();
}

interface FusedAttention {
  readonly name: string;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly heads: number;
  readonly scale: number;
}

/** The node read, or undefined where it is another operator. */
function fusedAttention(node: Uint8Array): FusedAttention | undefined {
  const all = [...proto.fields(node)];
  const texts = (number: number): string[] => all.filter((field) => field.number === number).map(proto.textOf);
  if (texts(proto.Node.opType)[0] !== "MultiHeadAttention" || texts(proto.Node.domain)[0] !== "com.microsoft") return undefined;
  const [name = ""] = texts(proto.Node.name);
  const inputs = texts(proto.Node.input);
  const outputs = texts(proto.Node.output);
  let heads: number | undefined;
  let scale: number | undefined;
  for (const attribute of all.filter((field) => field.number === proto.Node.attribute)) {
    const parts = [...proto.fields(attribute.payload)];
    const part = (number: number) => parts.find((field) => field.number === number);
    const [title, i, f] = [part(proto.AttributeField.name), part(proto.AttributeField.i), part(proto.AttributeField.f)];
    if (title && i && proto.textOf(title) === "num_heads") heads = proto.intOf(i);
    if (title && f && proto.textOf(title) === "scale") scale = proto.floatOf(f);
  }
  const [, , , bias = "", paddingMask = "", , ...past] = inputs;
  const [output] = outputs;
  if (
    heads === undefined ||
    scale === undefined ||
    output === undefined ||
    outputs.length > 1 ||
    bias !== "" ||
    paddingMask !== "" ||
    past.some((input) => input !== "")
  ) {
    throw new Error(
      `${name}: MultiHeadAttention of a form that is not decomposed (heads ${heads}, scale ${scale}, inputs ${inputs.join(", ")})`,
    );
  }
  return { name, inputs, output, heads, scale };
}

/** softmax(scale q k^T + bias) v as plain operators. */
function decomposed({ name, inputs, output, heads, scale }: FusedAttention, constants: Map<string, Constant>): GraphNode[] {
  const [query = "", key = "", value = "", , , bias = ""] = inputs;
  const nodes: GraphNode[] = [];
  const op = (
    step: string,
    op: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>> = {},
    result = `${name}/${step}`,
  ): string => {
    nodes.push({ name: `${name}/${step}`, domain: "", op, inputs, outputs: [result], attributes });
    return result;
  };
  const constant = (made: Constant): string => {
    constants.set(made.name, made);
    return made.name;
  };
  const split = constant(int64s(`attention/heads_${heads}`, [0, 0, heads, -1]));
  const join = constant(int64s("attention/join", [0, 0, -1]));
  const factor = constant({
    name: `attention/scale_${scale}`,
    dtype: "float32",
    shape: [],
    bytes: new Uint8Array(Float32Array.of(scale).buffer),
  });
  const perm = (value: readonly number[]) => ({ perm: { kind: "ints", value } }) as const;

  // [B, S, C] -> [B, heads, S, d]; keys as [B, heads, d, L]. Scaling the query is less work than scaling the scores.
  const q = op("query", "Transpose", [op("query_heads", "Reshape", [op("scaled", "Mul", [query, factor]), split])], perm([0, 2, 1, 3]));
  const k = op("key", "Transpose", [op("key_heads", "Reshape", [key, split])], perm([0, 2, 3, 1]));
  const v = op("value", "Transpose", [op("value_heads", "Reshape", [value, split])], perm([0, 2, 1, 3]));
  const scores = op("scores", "MatMul", [q, k]); // [B, heads, S, L]
  const biased = bias === "" ? scores : op("biased", "Add", [scores, bias]);
  const weights = op("softmax", "Softmax", [biased], { axis: { kind: "int", value: -1 } });
  const heard = op("merged", "Transpose", [op("heads", "MatMul", [weights, v])], perm([0, 2, 1, 3])); // [B, S, heads, d]
  op("joined", "Reshape", [heard, join], {}, output);
  return nodes;
}

function int64s(name: string, values: readonly number[]): Constant {
  return { name, dtype: "int64", shape: [values.length], bytes: new Uint8Array(BigInt64Array.from(values, BigInt).buffer) };
}
