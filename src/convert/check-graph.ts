import * as proto from "../onnx/proto.ts";
import { CascadeError, messageOf } from "../shared/errors.ts";
import type { Part } from "../shared/manifest.ts";

/** Larger than any graph of ours (0.6 MB), and no burden to hold. */
export const MAX_GRAPH_BYTES = 2 ** 26;

const BYTES_PER_ELEMENT: Readonly<Record<number, number>> = { 1: 4, 2: 1, 3: 1, 6: 4, 7: 8, 9: 1, 10: 2, 11: 8 };
/** Fields of ModelProto, GraphProto and AttributeProto that our graphs never have, and that could name files too: functions, training, sparse tensors, subgraphs, tensors in attributes. */
const FOREIGN = { model: new Set([20, 25]), graph: new Set([15]), attribute: new Set([5, 6, 10, 11, 22, 23]) };

/**
 * Checks that a graph, as our converter writes it, reads its weights from its part's own data files and nowhere else: files by name from the
 * manifest's list, spans inside them and as long as type and shape say. Throws `bad-model`.
 */
export function checkGraph(bytes: Uint8Array, { graph, data }: Part): void {
  const refuse = (what: string): never => {
    throw new CascadeError("bad-model", `${graph.file} ${what}: this is not a graph that the converter wrote.`);
  };
  const sizes = new Map(data.map(({ file, size }) => [file, size]));

  function checkTensor(message: Uint8Array): void {
    const external = new Map<string, string>();
    let [name, isExternal, dtype, elements, inside] = ["", false, 0, 1, 0];
    for (const field of proto.fields(message)) {
      if (field.number === proto.Tensor.name) name = proto.textOf(field).slice(0, 80);
      else if (field.number === proto.Tensor.dataType) dtype = proto.intOf(field);
      else if (field.number === proto.Tensor.dims) elements *= proto.intOf(field);
      else if (field.number === proto.Tensor.rawData) inside = field.payload.length;
      else if (field.number === proto.Tensor.dataLocation) isExternal = proto.intOf(field) === proto.EXTERNAL;
      else if (field.number === proto.Tensor.externalData) external.set(...entryOf(field.payload));
    }
    const length = elements * (BYTES_PER_ELEMENT[dtype] ?? Number.NaN);
    if (!Number.isSafeInteger(length) || length < 0) refuse(`gives "${name}" an impossible type or shape`);
    if (!isExternal) {
      if (external.size > 0 || inside !== length) refuse(`has ${inside} bytes for "${name}", which needs ${length}`);
      return;
    }
    const location = external.get("location") ?? "";
    const size =
      sizes.get(location) ?? refuse(`reads "${name}" from ${JSON.stringify(location.slice(0, 80))}, which is not one of its data files`);
    const [offset, span] = [whole(external.get("offset")), whole(external.get("length"))];
    if (span !== length) refuse(`gives "${name}" ${external.get("length")} bytes, but its type and shape take ${length}`);
    if (!(offset + span <= size)) refuse(`reads "${name}" beyond the end of ${location}`);
  }

  try {
    for (const model of proto.fields(bytes)) {
      if (FOREIGN.model.has(model.number)) refuse("has functions or training data");
      if (model.number !== proto.Model.graph) continue;
      for (const field of proto.fields(model.payload)) {
        if (FOREIGN.graph.has(field.number)) refuse("has sparse tensors");
        if (field.number === proto.GraphField.initializer) checkTensor(field.payload);
        if (field.number !== proto.GraphField.node) continue;
        for (const part of proto.fields(field.payload)) {
          if (part.number !== proto.Node.attribute) continue;
          for (const { number } of proto.fields(part.payload)) if (FOREIGN.attribute.has(number)) refuse("has tensors or graphs in a node");
        }
      }
    }
  } catch (error) {
    if (error instanceof CascadeError) throw error;
    refuse(`can't be read (${messageOf(error)})`);
  }
}

function entryOf(message: Uint8Array): [string, string] {
  let [key, value] = ["", ""];
  for (const field of proto.fields(message)) {
    if (field.number === proto.StringEntry.key) key = proto.textOf(field);
    if (field.number === proto.StringEntry.value) value = proto.textOf(field);
  }
  return [key, value];
}

/** A decimal number of bytes; NaN for anything else. */
function whole(text: string | undefined): number {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
}
