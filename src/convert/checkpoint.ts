import { CascadeError } from "../shared/errors.ts";
import type { PartName } from "../shared/manifest.ts";
import { sizeOf } from "../shared/tensor.ts";
import type { ByteSource } from "./byte-source.ts";
import { type StoredNumbers, storedFloats, widen } from "./kernel/kernel.ts";
import { canonical, findPart, type Layout, layoutOf, PART_NAMES, PART_TITLES, type Rename, strayKey } from "./layouts.ts";
import { openSafetensors, type SafetensorsFile, type Span } from "./safetensors.ts";
import type { TensorInfo } from "./safetensors-header.ts";

/** The tensors of one part under canonical keys, whatever the layout of its files. */
export interface Checkpoint {
  readonly part: PartName;
  readonly layout: Layout;
  /** The files it is read from, for messages. */
  readonly name: string;
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  /** `count` elements of a tensor from element `first` (row-major), as they are stored. Rejects with `bad-checkpoint`. */
  read(key: string, first: number, count: number, signal?: AbortSignal): Promise<StoredNumbers>;
  /** The bytes of its file a tensor is read from. Throws `bad-checkpoint`. */
  spanOf(key: string): Span;
}

/** Part of a stored tensor: `length` elements from `start`, of canonical `shape`. */
interface View {
  readonly file: SafetensorsFile;
  readonly tensor: TensorInfo;
  readonly start: number;
  readonly shape: readonly number[];
  readonly transposed: boolean;
}

/** Opens the files a part's tensors lie in (several where they are sharded) and recognises their layout. */
export async function openCheckpoint(part: PartName, sources: readonly ByteSource[], signal?: AbortSignal): Promise<Checkpoint> {
  const files: SafetensorsFile[] = [];
  for (const source of sources) files.push(await openSafetensors(source, signal));
  const name = nameOf(sources);
  const keys = new Set(files.flatMap((file) => [...file.tensors.keys()]));
  const prefix = findPart(part, keys);
  if (prefix === undefined) throw new CascadeError("bad-checkpoint", unrecognised(part, name, keys));

  const views = new Map<string, View>();
  for (const file of files) {
    for (const tensor of file.tensors.values()) {
      for (const rename of renames(part, prefix, tensor.key)) {
        if (views.has(rename.key)) {
          throw new CascadeError("bad-checkpoint", `${name} has tensor "${rename.key}" twice (the second time as "${tensor.key}").`);
        }
        views.set(rename.key, viewOf(file, tensor, rename));
      }
    }
  }
  const viewAt = (key: string): View => {
    const view = views.get(key);
    if (view === undefined) throw new CascadeError("bad-checkpoint", missing(name, key));
    return view;
  };
  return {
    part,
    name,
    layout: layoutOf(prefix, keys),
    shapes: new Map([...views].map(([key, view]) => [key, view.shape])),
    spanOf(key) {
      const { file, tensor, start, shape } = viewAt(key);
      return file.spanOf(tensor, start, sizeOf(shape));
    },
    async read(key, first, count, signal) {
      const { file, tensor, start, shape, transposed } = viewAt(key);
      if (!transposed) return file.read(tensor, start + first, count, signal);
      const whole = transpose(widen(await file.read(tensor, 0, sizeOf(shape), signal)), tensor.shape);
      return storedFloats(whole.slice(first, first + count));
    },
  };
}

/** What is said where a tensor is not there. */
export function missing(name: string, key: string): string {
  return `${name} lacks the tensor "${key}"; it may be cut short, or made for another model.`;
}

function renames(part: PartName, prefix: string, key: string): readonly Rename[] {
  if (key.startsWith(prefix)) return canonical(part, key.slice(prefix.length));
  const stray = strayKey(part, prefix, key);
  return stray ? [stray] : [];
}

function viewOf(file: SafetensorsFile, tensor: TensorInfo, { third, transposed = false }: Rename): View {
  const [rows = 0, ...rest] = tensor.shape;
  if (transposed) {
    if (tensor.shape.length !== 2) throw new CascadeError("bad-checkpoint", `${file.name}: tensor "${tensor.key}" is not a matrix.`);
    return { file, tensor, start: 0, shape: tensor.shape.toReversed(), transposed };
  }
  if (third === undefined) return { file, tensor, start: 0, shape: tensor.shape, transposed };
  if (rows % 3 !== 0) {
    throw new CascadeError("bad-checkpoint", `${file.name}: tensor "${tensor.key}" has ${rows} rows, which three projections can't share.`);
  }
  const shape = [rows / 3, ...rest];
  return { file, tensor, start: third * sizeOf(shape), shape, transposed };
}

function transpose(values: Float32Array<ArrayBuffer>, shape: readonly number[]): Float32Array<ArrayBuffer> {
  const [rows = 0, columns = 0] = shape;
  const out = new Float32Array(values.length);
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) out[c * rows + r] = values[r * columns + c] ?? 0;
  return out;
}

function nameOf(sources: readonly ByteSource[]): string {
  const [first, ...rest] = sources;
  if (first === undefined) throw new CascadeError("bad-checkpoint", "No safetensors file was given.");
  return rest.length === 0 ? first.name : `${first.name} (and ${rest.length} more)`;
}

function unrecognised(part: PartName, name: string, keys: ReadonlySet<string>): string {
  const found = PART_NAMES.filter((other) => findPart(other, keys) !== undefined).map((other) => PART_TITLES[other]);
  if (found.length > 0) return `${name} holds ${found.join(" and ")}, not ${PART_TITLES[part]}.`;
  const some = [...keys].slice(0, 3).map((key) => (key.length > 80 ? `${key.slice(0, 77)}...` : key));
  const holds = some.length === 0 ? "no tensors at all" : `tensors called ${some.map((key) => `"${key}"`).join(", ")}`;
  return `${name} is not ${PART_TITLES[part]} in a known layout (official, diffusers or ComfyUI): it holds ${holds}.`;
}
