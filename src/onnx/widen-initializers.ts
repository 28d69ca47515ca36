import { BinaryWriter } from "@bufbuild/protobuf/wire";
import { dtypeCode } from "./graph.ts";
import { type ExternalInitializer, externalInitializer } from "./initializers.ts";
import * as proto from "./proto.ts";
import { type Placement, writeExternal } from "./write.ts";

/** A file of external data that a rewritten graph asks for: parts of another file, half precision there, as float32 one after another. */
export interface WidenedFile {
  readonly path: string;
  /** The file the halves lie in. */
  readonly source: string;
  readonly spans: readonly HalfSpan[];
}

/** Bytes of a file that are half precision numbers. */
export interface HalfSpan {
  readonly offset: number;
  readonly length: number;
}

/**
 * The same .onnx with the half-precision weights that it only widens declared as float32, without their Casts, and the files those then lie in. ONNX Runtime
 * folds such a Cast at load: halves and float32 both pass through its memory, which never shrinks (Stage C 3.6B's scales: 0.6 GB), before they reach the GPU;
 * float32 weights are read straight to where they belong. A table of which rows are taken stays as it is; so does all else. The numbers are the same.
 */
export function widenInitializers(model: Uint8Array): { readonly model: Uint8Array<ArrayBuffer>; readonly files: readonly WidenedFile[] } {
  const files = new Map<string, { path: string; source: string; spans: HalfSpan[]; size: number }>();
  const place = ({ location, offset, length }: Placement): Placement => {
    const path = `${location}.float32`;
    const file = files.get(path) ?? { path, source: location, spans: [], size: 0 };
    files.set(path, file);
    file.spans.push({ offset, length });
    file.size += 2 * length;
    return { location: path, offset: file.size - 2 * length, length: 2 * length };
  };
  const w = new BinaryWriter();
  for (const field of proto.fields(model)) {
    if (field.number === proto.Model.graph) proto.writeBytes(w, proto.Model.graph, rewriteGraph(field.payload, place));
    else w.raw(field.raw);
  }
  return { model: w.finish(), files: [...files.values()].map(({ path, source, spans }) => ({ path, source, spans })) };
}

function rewriteGraph(graph: Uint8Array, place: (halves: Placement) => Placement): Uint8Array {
  const all = [...proto.fields(graph)];
  const halves = new Map<string, ExternalInitializer>();
  const uses = new Map<string, number>();
  for (const { number, payload } of all) {
    if (number === proto.GraphField.initializer) {
      const half = halfInitializer(payload);
      if (half !== undefined) halves.set(half.name, half);
    } else if (number === proto.GraphField.node) {
      for (const input of proto.textsOf(payload, proto.Node.input)) uses.set(input, (uses.get(input) ?? 0) + 1);
    }
  }
  /** Initializers that nothing but one Cast to float32 reads, and what it calls them. */
  const widened = new Map<string, string>();
  for (const { number, payload } of all) {
    const cast = number === proto.GraphField.node ? castToFloat32(payload) : undefined;
    if (cast !== undefined && halves.has(cast.input) && uses.get(cast.input) === 1) widened.set(cast.input, cast.output);
  }

  const w = new BinaryWriter();
  for (const { number, payload, raw } of all) {
    if (number === proto.GraphField.node) {
      const cast = castToFloat32(payload);
      if (cast === undefined || !widened.has(cast.input)) w.raw(raw);
    } else {
      const half = number === proto.GraphField.initializer ? halfInitializer(payload) : undefined;
      const name = half && widened.get(half.name);
      if (half === undefined || name === undefined) w.raw(raw);
      else writeExternal(w, { name, dtype: "float32", shape: half.shape }, place(half.place));
    }
  }
  return w.finish();
}

/** An initializer read, or undefined where it is not float16 or not external. */
function halfInitializer(tensor: Uint8Array): ExternalInitializer | undefined {
  const initializer = externalInitializer(tensor);
  return initializer?.dtype === "float16" ? initializer : undefined;
}

/** A Cast to float32, or undefined where the node is another. */
function castToFloat32(node: Uint8Array): { readonly input: string; readonly output: string } | undefined {
  if (proto.textsOf(node, proto.Node.opType)[0] !== "Cast" || (proto.textsOf(node, proto.Node.domain)[0] ?? "") !== "") return undefined;
  const [input] = proto.textsOf(node, proto.Node.input);
  const [output] = proto.textsOf(node, proto.Node.output);
  const to = [...proto.fields(node)]
    .filter(({ number }) => number === proto.Node.attribute)
    .filter(({ payload }) => proto.textsOf(payload, proto.AttributeField.name)[0] === "to")
    .flatMap(({ payload }) => [...proto.fields(payload)].filter(({ number }) => number === proto.AttributeField.i).map(proto.intOf));
  return input !== undefined && output !== undefined && to[0] === dtypeCode.float32 ? { input, output } : undefined;
}
