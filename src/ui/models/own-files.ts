import { computed, type ReadonlySignal, type Signal, signal } from "@preact/signals-core";
import type { ModelFacts } from "../../catalogue/verdict.ts";
import type { ConvertClient } from "../../client/convert-client.ts";
import type { PartName, PrecisionName } from "../../shared/manifest.ts";
import type { Problem } from "../state.ts";
import { modelProblem } from "./model-problem.ts";
import type { ConvertJob, DroppedFile, SortedFiles } from "./types.ts";

export const PARTS: readonly PartName[] = ["text-encoder", "stage-c", "stage-b", "stage-a", "previewer"];

type Candidate = NonNullable<SortedFiles["parts"][PartName]>[number];

/** The user's own files: what was dropped so far, and what it is. */
export interface OwnFiles {
  readonly sorted: ReadonlySignal<SortedFiles | undefined>;
  readonly reading: ReadonlySignal<boolean>;
  readonly problem: ReadonlySignal<Problem | undefined>;
  /** Whether all parts a model needs are there. */
  readonly isWhole: ReadonlySignal<boolean>;
  /** Which of several candidates is taken, by its path; the likeliest where nothing was said. */
  readonly chosen: Signal<{ readonly [K in PartName]?: string }>;
  add(files: readonly DroppedFile[]): Promise<void>;
  clear(): void;
  candidate(part: PartName): Candidate | undefined;
  /** What a verdict needs of them, once all parts are there: nothing of it is downloaded. */
  facts(): ModelFacts | undefined;
  /** The conversion of what is there. */
  job(id: string, name: string, precision: PrecisionName): ConvertJob;
  /** A name to begin with: the folder's, or the largest file's. */
  suggestedName(): string;
}

/** Files of before stay when more come: parts may lie in several folders. */
export function ownFiles(sort: ConvertClient["sortFiles"]): OwnFiles {
  const sorted = signal<SortedFiles | undefined>(undefined);
  const reading = signal(false);
  const problem = signal<Problem | undefined>(undefined);
  const chosen = signal<{ readonly [K in PartName]?: string }>({});
  let files: readonly DroppedFile[] = [];
  const candidate = (part: PartName): Candidate | undefined => {
    const candidates = sorted.value?.parts[part];
    return candidates?.find(({ path }) => path === chosen.value[part]) ?? candidates?.[0];
  };
  return {
    sorted,
    reading,
    problem,
    chosen,
    candidate,
    isWhole: computed(() => sorted.value?.problems.every(({ code }) => code !== "missing") ?? false),
    async add(more) {
      const key = ({ path, file }: DroppedFile) => `${path} ${file.size}`;
      const known = new Map([...files, ...more].map((one) => [key(one), one]));
      files = [...known.values()];
      const asked = files;
      reading.value = true;
      problem.value = undefined;
      // More files, or none any more, may be there before the answer is.
      try {
        const answer = await sort(asked);
        if (files === asked) sorted.value = answer;
      } catch (error) {
        if (files === asked) problem.value = modelProblem(error);
      }
      if (files === asked) reading.value = false;
    },
    clear() {
      files = [];
      reading.value = false;
      sorted.value = undefined;
      problem.value = undefined;
      chosen.value = {};
    },
    facts() {
      const [text, c, b, a] = (["text-encoder", "stage-c", "stage-b", "stage-a"] as const).map(candidate);
      if (!text || !c || !b || !a) return undefined;
      const here = (one: Candidate) => ({ ...one, bytes: 0 });
      return { "text-encoder": here(text), "stage-c": here(c), "stage-b": here(b), "stage-a": here(a) };
    },
    job(id, name, precision) {
      const parts = Object.fromEntries(
        PARTS.flatMap((part) => {
          const found = candidate(part);
          return found === undefined ? [] : [[part, found.files]];
        }),
      );
      return { id, name, precision, parts, tokenizer: sorted.value?.tokenizer ?? [] };
    },
    suggestedName() {
      const path = candidate("stage-c")?.path ?? "";
      const folders = path.split("/");
      return folders.length > 1 ? (folders[0] ?? "") : path.replace(/\.safetensors.*$/, "").replaceAll("_", " ");
    },
  };
}
