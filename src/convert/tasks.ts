import type { WeightSpec } from "../onnx/weight.ts";
import type { ByteSource } from "./byte-source.ts";
import { tensorsOf } from "./evaluate.ts";
import type { PreparedPart } from "./prepare-part.ts";
import type { Span } from "./safetensors.ts";

/** One weight to be written, and the bytes of the sources it is made of. */
export interface Task {
  /** Unlike every other's in the model. */
  readonly name: string;
  readonly part: PreparedPart;
  readonly weight: WeightSpec;
  readonly spans: readonly Span[];
  readonly file: string;
  /** First byte in `file`, and the byte behind the last. */
  readonly begin: number;
  readonly end: number;
}

/**
 * All weights of a model in the order in which their last tensor ends in the sources: then one pass over each file, front to back, is
 * enough, and only what a later weight needs too is kept meanwhile. Where the bytes go was decided before, by the graph.
 */
export function orderedTasks(parts: readonly PreparedPart[]): { readonly tasks: readonly Task[]; readonly sources: readonly ByteSource[] } {
  const all = parts.flatMap((part) =>
    part.layout.shards.flatMap(({ file, weights }) => weights.map((weight) => taskOf(part, file, weight))),
  );
  const sources = [...new Set(all.flatMap(({ spans }) => spans.map(({ source }) => source)))];
  const numbers = new Map(sources.map((source, i) => [source, i]));
  const ends = all.map((task) => {
    let [last, end] = [-1, 0];
    for (const span of task.spans) {
      const number = numbers.get(span.source) ?? 0;
      if (number > last || (number === last && span.end > end)) [last, end] = [number, span.end];
    }
    return { task, last, end };
  });
  ends.sort((a, b) => a.last - b.last || a.end - b.end);
  return { tasks: ends.map(({ task }) => task), sources };
}

function taskOf(part: PreparedPart, file: string, weight: WeightSpec): Task {
  const places = weight.initializers.map(({ name }) => part.layout.places.get(name));
  const [first, last] = [places[0], places.at(-1)];
  if (first === undefined || last === undefined) throw new Error(`${weight.initializers[0]?.name} has no place`);
  const { checkpoint } = part;
  return {
    name: `${checkpoint.part}/${weight.initializers[0]?.name}`,
    part,
    weight,
    spans: [...new Set([...tensorsOf(weight.weight)].map(({ key }) => key))].map((key) => checkpoint.spanOf(key)),
    file,
    begin: first.offset,
    end: last.offset + last.length,
  };
}
