import type { PartName } from "../shared/manifest.ts";
import { type ByteSource, throwIfAborted } from "./byte-source.ts";
import { encodeWeight } from "./encode.ts";
import type { OutputFiles } from "./output-files.ts";
import type { Journal, MarkedWeight, SourceState } from "./output-folder.ts";
import type { PreparedPart } from "./prepare-part.ts";
import { orderedTasks, type Task } from "./tasks.ts";

/** Weights smaller than this together are marked together: making bytes safe on disk takes some milliseconds each time. */
const MARKED_BYTES = 2 ** 16;

/**
 * Writes the weights of all parts in the order their sources have, each at its place; those the journal knows are left out.
 * Yields the bytes written so far, of all parts.
 */
export async function* writeWeights(
  parts: readonly PreparedPart[],
  files: OutputFiles,
  journal: Journal | undefined,
  signal?: AbortSignal,
): AsyncGenerator<{ readonly part: PartName; readonly written: number }> {
  const { tasks, sources } = orderedTasks(parts);
  const done = (task: Task): boolean => journal?.weights.has(task.name) ?? false;
  const left = tasks.filter((task) => !done(task));
  for (const { spans } of left) for (const { source, begin, end } of spans) source.stream?.need(begin, end);
  for (const [i, source] of sources.entries()) {
    const state = journal?.sources.get(i);
    if (state !== undefined) source.stream?.resume(state);
  }

  let written = tasks.filter(done).reduce((sum, { begin, end }) => sum + end - begin, 0);
  let unmarked: MarkedWeight[] = [];
  let unmarkedBytes = 0;
  const mark = async (): Promise<void> => {
    if (unmarked.length > 0) await journal?.mark(unmarked, statesOf(sources));
    unmarked = [];
    unmarkedBytes = 0;
  };

  const [first] = left.length > 0 ? left : tasks;
  if (first !== undefined) yield { part: first.part.checkpoint.part, written };
  for (const task of left) {
    const { name, part, file, begin, end, spans } = task;
    for await (const bytes of writeWeight(task, files, signal)) yield { part: part.checkpoint.part, written: written + bytes };
    for (const span of spans) span.source.stream?.drop(span.begin, span.end);
    written += end - begin;
    unmarked.push({ name, file, begin, end });
    unmarkedBytes += end - begin;
    if (unmarkedBytes >= MARKED_BYTES) await mark();
  }
  await mark();
}

/** Writes one weight; yields its bytes so far. */
async function* writeWeight({ part, weight, file, begin }: Task, files: OutputFiles, signal?: AbortSignal): AsyncGenerator<number> {
  const places = weight.initializers.map(({ name }) => {
    const place = part.layout.places.get(name);
    if (place === undefined) throw new Error(`${name} has no place`);
    return place;
  });
  // The bytes come as one stream; between initializers there may be padding.
  let next = 0;
  let at = places[0]?.offset ?? 0;
  for await (const bytes of encodeWeight(weight, part.checkpoint, signal)) {
    throwIfAborted(signal);
    let rest = bytes;
    while (rest.length > 0) {
      const place = places[next];
      if (place === undefined) throw new Error(`${weight.initializers[0]?.name} has more bytes than its shape says`);
      at = Math.max(at, place.offset);
      const room = place.offset + place.length - at;
      const now = rest.length > room ? rest.slice(0, room) : rest;
      await files.write(file, now, at);
      at += now.length;
      if (rest.length >= room) next++;
      rest = rest.subarray(now.length);
    }
    yield at - begin;
  }
  if (next !== places.length) throw new Error(`${weight.initializers[0]?.name} has fewer bytes than its shape says`);
}

function statesOf(sources: readonly ByteSource[]): ReadonlyMap<number, SourceState> {
  const states = new Map<number, SourceState>();
  for (const [i, { stream }] of sources.entries()) {
    const state = stream?.state();
    if (state !== undefined) states.set(i, state);
  }
  return states;
}
