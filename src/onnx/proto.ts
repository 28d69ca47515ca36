import { BinaryReader, type BinaryWriter, WireType } from "@bufbuild/protobuf/wire";

/** Field numbers of onnx.proto (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto), as far as graphs here use them. */
export const Model = { irVersion: 1, producerName: 2, graph: 7, opsetImport: 8 } as const;
export const OpsetId = { domain: 1, version: 2 } as const;
export const GraphField = { node: 1, name: 2, initializer: 5, input: 11, output: 12 } as const;
export const Node = { input: 1, output: 2, name: 3, opType: 4, attribute: 5, domain: 7 } as const;
export const AttributeField = { name: 1, f: 2, i: 3, s: 4, ints: 8, type: 20 } as const;
export const Tensor = { dims: 1, dataType: 2, name: 8, rawData: 9, externalData: 13, dataLocation: 14 } as const;
export const StringEntry = { key: 1, value: 2 } as const;
export const ValueInfoField = { name: 1, type: 2 } as const;
export const Type = { tensorType: 1 } as const;
export const TensorType = { elemType: 1, shape: 2 } as const;
export const TensorShape = { dim: 1 } as const;
export const Dimension = { value: 1, param: 2 } as const;
/** AttributeProto.AttributeType */
export const AttributeType = { float: 1, int: 2, string: 3, ints: 7 } as const;
/** TensorProto.DataLocation.EXTERNAL */
export const EXTERNAL = 1;

export function writeString(w: BinaryWriter, field: number, value: string): void {
  w.tag(field, WireType.LengthDelimited).string(value);
}

export function writeInt(w: BinaryWriter, field: number, value: number): void {
  w.tag(field, WireType.Varint).int64(value);
}

export function writeFloat(w: BinaryWriter, field: number, value: number): void {
  w.tag(field, WireType.Bit32).float(value);
}

export function writeBytes(w: BinaryWriter, field: number, value: Uint8Array): void {
  w.tag(field, WireType.LengthDelimited).bytes(value);
}

/** Repeated int64, one a field: onnx.proto is proto2, where integers are not packed by default. */
export function writeInts(w: BinaryWriter, field: number, values: readonly number[]): void {
  for (const value of values) writeInt(w, field, value);
}

/** A message field whose own fields `body` writes. */
export function writeMessage(w: BinaryWriter, field: number, body: () => void): void {
  w.tag(field, WireType.LengthDelimited).fork();
  body();
  w.join();
}

export interface Field {
  readonly number: number;
  readonly type: WireType;
  /** The field as it stands in the file, tag and all. */
  readonly raw: Uint8Array;
  /** Without the tag (and, length-delimited, without the length). */
  readonly payload: Uint8Array;
}

/** A message's fields in order. Throws where the bytes are not a protobuf message. */
export function* fields(message: Uint8Array): Generator<Field> {
  const reader = new BinaryReader(message);
  while (reader.pos < reader.len) {
    const start = reader.pos;
    const [number, type] = reader.tag();
    const value = reader.pos;
    reader.skip(type, number);
    const raw = message.subarray(start, reader.pos);
    const payload =
      type === WireType.LengthDelimited
        ? new BinaryReader(message.subarray(value, reader.pos)).bytes()
        : message.subarray(value, reader.pos);
    yield { number, type, raw, payload };
  }
}

const utf8 = new TextDecoder();

export function textOf(field: Field): string {
  return utf8.decode(field.payload);
}

/** Texts of a message's fields of this number. */
export function textsOf(message: Uint8Array, number: number): string[] {
  return [...fields(message)].filter((field) => field.number === number).map(textOf);
}

export function intOf(field: Field): number {
  return Number(new BinaryReader(field.payload).int64());
}

export function floatOf(field: Field): number {
  return new BinaryReader(field.payload).float();
}
