import { BinaryWriter } from "@bufbuild/protobuf/wire";
import { dtypeCode } from "./graph.ts";
import * as proto from "./proto.ts";
import { writeNode } from "./write.ts";

/** One network as two: `once` computes from the inputs that stay what `step` takes beside those that change. */
export interface Hoisted {
  readonly once: HoistedGraph;
  readonly step: HoistedGraph;
}

export interface HoistedGraph {
  readonly model: Uint8Array<ArrayBuffer>;
  /** Names of what it takes; for `step` with the names of what `once` gives. */
  readonly inputs: readonly string[];
}

/** Operators whose results are float32, as the border between the two graphs must say. */
const FLOAT = new Set(["MatMulNBits", "MatMul", "Add", "Split", "LayerNormalization"]);

/**
 * Takes out of an .onnx what does not depend on the inputs named in `varying`: a denoiser's conditioning is the same at every step. Keys and values of [picture; text]
 * tokens are products of one matrix with both, row by row, so that the text's are taken out, too. The weights stay in their files, and both graphs name
 * those they need. Undefined where the graph lacks such an input, or there is nothing to take out.
 */
export function hoist(model: Uint8Array, varying: readonly string[]): Hoisted | undefined {
  const fields = [...proto.fields(model)];
  const graph = fields.find(({ number }) => number === proto.Model.graph);
  if (graph === undefined) throw new Error("an .onnx without a graph");
  const all = [...proto.fields(graph.payload)];
  const inputs = all.filter(({ number }) => number === proto.GraphField.input).map(nameOf);
  if (!varying.every((name) => inputs.includes(name))) return undefined;

  const read = all.filter(({ number }) => number === proto.GraphField.node).map(({ payload }) => nodeOf(payload));
  const nodes = splitProducts(read, reachedFrom(read, varying), reachedFrom(read, inputs));
  const changing = reachedFrom(nodes, varying);
  const fed = reachedFrom(nodes, inputs);
  const isOnce = ({ outputs }: Node): boolean => outputs.some((name) => fed.has(name) && !changing.has(name));
  const changes = ({ outputs }: Node): boolean => outputs.some((name) => changing.has(name));
  const taken = new Set(nodes.filter(changes).flatMap((node) => node.inputs));
  const makers = nodes.filter((node) => isOnce(node) && node.outputs.some((name) => taken.has(name)));
  const carried = makers.flatMap(({ outputs }) => outputs.filter((name) => taken.has(name)));
  if (carried.length === 0 || !makers.every(({ op }) => FLOAT.has(op))) return undefined;

  const outputs = all.filter(({ number }) => number === proto.GraphField.output);
  const part = (results: readonly string[], given: ReadonlySet<string>, isOnceGraph: boolean): HoistedGraph => {
    const needed = neededFor(results, nodes, given);
    const used = new Set([...needed.flatMap((node) => node.inputs), ...results]);
    const w = new BinaryWriter();
    for (const field of all) {
      if (field.number === proto.GraphField.node || field.number === proto.GraphField.output) continue;
      const isNamed = field.number === proto.GraphField.initializer || field.number === proto.GraphField.input;
      if (!isNamed || used.has(nameOf(field))) w.raw(field.raw);
    }
    for (const { payload } of needed) proto.writeBytes(w, proto.GraphField.node, payload);
    if (isOnceGraph) for (const name of results) writeFloats(w, proto.GraphField.output, name);
    else for (const { raw } of outputs) w.raw(raw);
    for (const name of given) writeFloats(w, proto.GraphField.input, name);
    const whole = new BinaryWriter();
    for (const field of fields) {
      if (field === graph) proto.writeBytes(whole, proto.Model.graph, w.finish());
      else whole.raw(field.raw);
    }
    return { model: whole.finish(), inputs: [...inputs.filter((name) => used.has(name)), ...given] };
  };
  return { once: part(carried, new Set(), true), step: part(outputs.map(nameOf), new Set(carried), false) };
}

interface Node {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly payload: Uint8Array;
}

function nodeOf(payload: Uint8Array): Node {
  const all = [...proto.fields(payload)];
  const texts = (number: number) => all.filter((field) => field.number === number).map(proto.textOf);
  return { op: texts(proto.Node.opType)[0] ?? "", inputs: texts(proto.Node.input), outputs: texts(proto.Node.output), payload };
}

/** What depends on these values; nodes stand in an order in which they can run. */
function reachedFrom(nodes: readonly Node[], values: readonly string[]): ReadonlySet<string> {
  const reached = new Set(values);
  for (const { inputs, outputs } of nodes) if (inputs.some((name) => reached.has(name))) for (const name of outputs) reached.add(name);
  return reached;
}

/** The nodes that these results come from, as far back as what is given. */
function neededFor(results: readonly string[], nodes: readonly Node[], given: ReadonlySet<string>): Node[] {
  const wanted = new Set(results);
  const needed = nodes.toReversed().filter(({ inputs, outputs }) => {
    if (!outputs.some((name) => wanted.has(name) && !given.has(name))) return false;
    for (const name of inputs) wanted.add(name);
    return true;
  });
  return needed.toReversed();
}

/** Products with a Concat of tokens that change and tokens that stay, as a Concat of two products. */
function splitProducts(nodes: readonly Node[], changing: ReadonlySet<string>, fed: ReadonlySet<string>): Node[] {
  const joined = new Map<string, readonly [string, string]>();
  for (const node of nodes) {
    const [first = "", second = "", ...more] = node.inputs;
    const [output = ""] = node.outputs;
    const stays = changing.has(first) && fed.has(second) && !changing.has(second);
    const readers = nodes.filter(({ inputs }) => inputs.includes(output));
    if (node.op === "Concat" && axisOf(node) === 1 && more.length === 0 && stays && readers.every((reader) => multiplies(reader, output)))
      joined.set(output, [first, second]);
  }
  return nodes.flatMap((node) => {
    const [tokens = ""] = node.inputs;
    const [output = ""] = node.outputs;
    if (joined.has(output)) return [];
    const sources = joined.get(tokens);
    if (sources === undefined) return [node];
    const parts = sources.map((source, i) => productOf(node, source, `${output}/${i}`));
    return [
      ...parts,
      concat(
        output,
        parts.map(({ outputs: [made = ""] }) => made),
      ),
    ];
  });
}

/** Whether a node is a product of these tokens with a matrix, row by row. */
function multiplies({ op, inputs }: Node, tokens: string): boolean {
  return op === "MatMulNBits" && inputs.indexOf(tokens) === 0 && inputs.lastIndexOf(tokens) === 0;
}

function axisOf({ payload }: Node): number | undefined {
  for (const { number, payload: attribute } of proto.fields(payload)) {
    const [axis] =
      number === proto.Node.attribute ? [...proto.fields(attribute)].filter((field) => field.number === proto.AttributeField.i) : [];
    if (axis !== undefined) return proto.intOf(axis);
  }
  return undefined;
}

/** The same product of other tokens. */
function productOf({ payload }: Node, tokens: string, output: string): Node {
  const w = new BinaryWriter();
  let isFirst = true;
  for (const { number, raw } of proto.fields(payload)) {
    if (number === proto.Node.input && isFirst) {
      proto.writeString(w, number, tokens);
      isFirst = false;
    } else if (number === proto.Node.output || number === proto.Node.name) proto.writeString(w, number, output);
    else w.raw(raw);
  }
  return nodeOf(w.finish());
}

function concat(output: string, inputs: readonly string[]): Node {
  const w = new BinaryWriter();
  const attributes = { axis: { kind: "int", value: 1 } } as const;
  writeNode(w, { name: output, domain: "", op: "Concat", inputs, outputs: [output], attributes });
  const [field] = proto.fields(w.finish());
  if (field === undefined) throw new Error("a node was not written");
  return nodeOf(field.payload);
}

/** A float32 tensor of any shape as an input or output. */
function writeFloats(w: BinaryWriter, field: number, name: string): void {
  proto.writeMessage(w, field, () => {
    proto.writeString(w, proto.ValueInfoField.name, name);
    proto.writeMessage(w, proto.ValueInfoField.type, () =>
      proto.writeMessage(w, proto.Type.tensorType, () => proto.writeInt(w, proto.TensorType.elemType, dtypeCode.float32)),
    );
  });
}

/** The name of an initializer, an input or an output. */
function nameOf({ number, payload }: proto.Field): string {
  const at = number === proto.GraphField.initializer ? proto.Tensor.name : proto.ValueInfoField.name;
  for (const field of proto.fields(payload)) if (field.number === at) return proto.textOf(field);
  return "";
}
