import { type DType, dtypeCode } from "./graph.ts";
import * as proto from "./proto.ts";
import type { InitializerInfo } from "./weight.ts";
import type { Placement } from "./write.ts";

/** An initializer whose bytes lie beside the .onnx. */
export interface ExternalInitializer extends InitializerInfo {
  readonly place: Placement;
}

const DTYPES = new Map<number | undefined, InitializerInfo["dtype"]>(
  (["float32", "float16", "uint8"] as const satisfies readonly DType[]).map((dtype) => [dtypeCode[dtype], dtype]),
);

/** A TensorProto read, or undefined where it is of a type no weight has, or its bytes are in the file itself. */
export function externalInitializer(tensor: Uint8Array): ExternalInitializer | undefined {
  const all = [...proto.fields(tensor)];
  const of = (number: number) => all.filter((field) => field.number === number);
  const dtype = DTYPES.get(of(proto.Tensor.dataType).map(proto.intOf)[0]);
  const entries = new Map(
    of(proto.Tensor.externalData).map(({ payload }) => [
      proto.textsOf(payload, proto.StringEntry.key)[0],
      proto.textsOf(payload, proto.StringEntry.value)[0],
    ]),
  );
  const [name] = of(proto.Tensor.name).map(proto.textOf);
  const location = entries.get("location");
  const [offset = Number.NaN, length = Number.NaN] = ["offset", "length"].map((key) => Number(entries.get(key) ?? Number.NaN));
  if (dtype === undefined || name === undefined || location === undefined) return undefined;
  if (!Number.isSafeInteger(offset) || !Number.isSafeInteger(length)) return undefined;
  return { name, dtype, shape: of(proto.Tensor.dims).map(proto.intOf), place: { location, offset, length } };
}

/** An .onnx file's initializers that lie beside it, by name. */
export function externalInitializers(model: Uint8Array): ReadonlyMap<string, ExternalInitializer> {
  const found = new Map<string, ExternalInitializer>();
  for (const graph of proto.fields(model)) {
    if (graph.number !== proto.Model.graph) continue;
    for (const { number, payload } of proto.fields(graph.payload)) {
      const initializer = number === proto.GraphField.initializer ? externalInitializer(payload) : undefined;
      if (initializer !== undefined) found.set(initializer.name, initializer);
    }
  }
  return found;
}
