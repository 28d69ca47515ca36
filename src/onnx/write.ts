import { BinaryWriter } from "@bufbuild/protobuf/wire";
import type { Dim } from "./dim.ts";
import { type Attribute, type Constant, dtypeCode, type Graph, type GraphNode, type ValueInfo } from "./graph.ts";
import * as proto from "./proto.ts";
import type { InitializerInfo } from "./weight.ts";

/** Where an initializer's bytes lie: a file beside the .onnx, and bytes in it. */
export interface Placement {
  readonly location: string;
  readonly offset: number;
  readonly length: number;
}

/** ai.onnx 20 brought Gelu; 21 and later bring nothing needed here. IR version 9 belongs to it (ONNX 1.15). */
const OPSETS = [
  { domain: "", version: 20 },
  { domain: "com.microsoft", version: 1 },
];
const IR_VERSION = 9;

/**
 * The .onnx file of a graph: weights are external data, placed by `place`, which a graph without any needs not; constants are in the file. The same graph
 * and placement give the same bytes.
 */
export function writeModel(graph: Graph, place: (initializerName: string) => Placement = noPlace): Uint8Array<ArrayBuffer> {
  const w = new BinaryWriter();
  proto.writeInt(w, proto.Model.irVersion, IR_VERSION);
  proto.writeString(w, proto.Model.producerName, "cascade-playground");
  proto.writeMessage(w, proto.Model.graph, () => {
    for (const node of graph.nodes) writeNode(w, node);
    proto.writeString(w, proto.GraphField.name, graph.name);
    for (const constant of graph.constants) writeConstant(w, constant);
    for (const { initializers } of graph.weights) {
      for (const info of initializers) writeExternal(w, info, place(info.name));
    }
    for (const input of graph.inputs) writeValueInfo(w, proto.GraphField.input, input);
    for (const output of graph.outputs) writeValueInfo(w, proto.GraphField.output, output);
  });
  for (const { domain, version } of OPSETS) {
    proto.writeMessage(w, proto.Model.opsetImport, () => {
      proto.writeString(w, proto.OpsetId.domain, domain);
      proto.writeInt(w, proto.OpsetId.version, version);
    });
  }
  return w.finish();
}

function noPlace(name: string): never {
  throw new Error(`${name} is a weight, and has no place`);
}

/** Writes a node as a field of GraphProto. */
export function writeNode(w: BinaryWriter, node: GraphNode): void {
  proto.writeMessage(w, proto.GraphField.node, () => {
    for (const input of node.inputs) proto.writeString(w, proto.Node.input, input);
    for (const output of node.outputs) proto.writeString(w, proto.Node.output, output);
    proto.writeString(w, proto.Node.name, node.name);
    proto.writeString(w, proto.Node.opType, node.op);
    for (const [name, attribute] of Object.entries(node.attributes)) writeAttribute(w, name, attribute);
    if (node.domain !== "") proto.writeString(w, proto.Node.domain, node.domain);
  });
}

/** Writes a small tensor as an initializer of GraphProto. */
export function writeConstant(w: BinaryWriter, { name, dtype, shape, bytes }: Constant): void {
  proto.writeMessage(w, proto.GraphField.initializer, () => {
    proto.writeInts(w, proto.Tensor.dims, shape);
    proto.writeInt(w, proto.Tensor.dataType, dtypeCode[dtype]);
    proto.writeString(w, proto.Tensor.name, name);
    proto.writeBytes(w, proto.Tensor.rawData, bytes);
  });
}

function writeAttribute(w: BinaryWriter, name: string, attribute: Attribute): void {
  proto.writeMessage(w, proto.Node.attribute, () => {
    proto.writeString(w, proto.AttributeField.name, name);
    switch (attribute.kind) {
      case "float":
        proto.writeFloat(w, proto.AttributeField.f, attribute.value);
        break;
      case "int":
        proto.writeInt(w, proto.AttributeField.i, attribute.value);
        break;
      case "string":
        proto.writeString(w, proto.AttributeField.s, attribute.value);
        break;
      case "ints":
        proto.writeInts(w, proto.AttributeField.ints, attribute.value);
    }
    proto.writeInt(w, proto.AttributeField.type, proto.AttributeType[attribute.kind]);
  });
}

/** Writes a tensor of external data as an initializer of GraphProto. */
export function writeExternal(w: BinaryWriter, { name, dtype, shape }: InitializerInfo, { location, offset, length }: Placement): void {
  proto.writeMessage(w, proto.GraphField.initializer, () => {
    proto.writeInts(w, proto.Tensor.dims, shape);
    proto.writeInt(w, proto.Tensor.dataType, dtypeCode[dtype]);
    proto.writeString(w, proto.Tensor.name, name);
    for (const [key, value] of Object.entries({ location, offset: `${offset}`, length: `${length}` })) {
      proto.writeMessage(w, proto.Tensor.externalData, () => {
        proto.writeString(w, proto.StringEntry.key, key);
        proto.writeString(w, proto.StringEntry.value, value);
      });
    }
    proto.writeInt(w, proto.Tensor.dataLocation, proto.EXTERNAL);
  });
}

function writeValueInfo(w: BinaryWriter, field: number, { name, dtype, shape }: ValueInfo): void {
  proto.writeMessage(w, field, () => {
    proto.writeString(w, proto.ValueInfoField.name, name);
    proto.writeMessage(w, proto.ValueInfoField.type, () => {
      proto.writeMessage(w, proto.Type.tensorType, () => {
        proto.writeInt(w, proto.TensorType.elemType, dtypeCode[dtype]);
        proto.writeMessage(w, proto.TensorType.shape, () => {
          for (const d of shape) proto.writeMessage(w, proto.TensorShape.dim, () => writeDim(w, d));
        });
      });
    });
  });
}

function writeDim(w: BinaryWriter, d: Dim): void {
  if (typeof d === "number") proto.writeInt(w, proto.Dimension.value, d);
  else proto.writeString(w, proto.Dimension.param, `${d}`);
}
