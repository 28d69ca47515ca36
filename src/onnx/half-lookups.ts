import { dtypeCode } from "./graph.ts";
import * as proto from "./proto.ts";

/**
 * Names of the nodes of a written .onnx that take rows of a float16 table and widen them. On WebGPU they belong on the CPU (the provider's
 * option `forceCpuNodeNames`): a device without `shader-f16` cannot run them, and with it the whole table would fill GPU memory for a few rows.
 * All other half-precision weights are widened once, as they are read (widen-initializers.ts).
 */
export function halfPrecisionLookups(model: Uint8Array): string[] {
  const tables = new Set<string>();
  const nodes: { readonly name: string; readonly op: string; readonly input: string; readonly output: string }[] = [];
  for (const graph of proto.fields(model)) {
    if (graph.number !== proto.Model.graph) continue;
    for (const { number, payload } of proto.fields(graph.payload)) {
      if (number === proto.GraphField.node) nodes.push(nodeOf(payload));
      if (number === proto.GraphField.initializer && isHalf(payload)) tables.add(first(payload, proto.Tensor.name));
    }
  }
  const lookups = nodes.filter(({ op, input }) => op === "Gather" && tables.has(input));
  const rows = new Set(lookups.map(({ output }) => output));
  return [...lookups, ...nodes.filter(({ op, input }) => op === "Cast" && rows.has(input))].map(({ name }) => name);
}

function nodeOf(payload: Uint8Array) {
  return {
    name: first(payload, proto.Node.name),
    op: first(payload, proto.Node.opType),
    input: first(payload, proto.Node.input),
    output: first(payload, proto.Node.output),
  };
}

function isHalf(tensor: Uint8Array): boolean {
  for (const field of proto.fields(tensor)) if (field.number === proto.Tensor.dataType) return proto.intOf(field) === dtypeCode.float16;
  return false;
}

/** Text of a message's first field of this number, "" where there is none. */
function first(message: Uint8Array, number: number): string {
  for (const field of proto.fields(message)) if (field.number === number) return proto.textOf(field);
  return "";
}
