import { type Signal, signal } from "@preact/signals-core";
import type { CascadeInfo } from "../client/protocol.ts";
import type { Axes } from "../gallery/comparison.ts";
import type { HistoryEntry, Sheet } from "../gallery/history.ts";
import type { Paces, StageTime } from "../gallery/pace.ts";
import type { Queued } from "../gallery/queue.ts";
import type { Pixels, RunState, Settings, WeightsRead } from "../pipeline/types.ts";
import type { ErrorCode } from "../shared/errors.ts";
import type { FieldName, Form } from "./form.ts";
import type { Progress } from "./progress.ts";
import type { Unfinished } from "./unfinished.ts";

/** Everything the page shows. Components read these; only the controller writes them, but for the form, which its fields write. */
export interface PageState {
  readonly form: Signal<Form>;
  /** The model to draw with: a folder's absolute URL with its slash, or `stored:ID`. */
  readonly modelUrl: Signal<string>;
  /** The loaded model; `undefined` while it loads or could not be. */
  readonly model: Signal<CascadeInfo | undefined>;
  /** The stored model that was to be used but can't be: the embedded one takes its place. */
  readonly unusable: Signal<{ readonly id: string; readonly why: string } | undefined>;
  /** The picture being made. */
  readonly run: Signal<Run | undefined>;
  /** Its time: since it began, and to its end where this device has shown how fast it is. In seconds. */
  readonly clock: Signal<Clock | undefined>;
  /** What has been drawn of it so far: the newest preview or tile. */
  readonly paint: Signal<Paint | undefined>;
  /** The picture that is shown: the last finished one, or one of the history. */
  readonly picture: Signal<Picture | undefined>;
  /** What is drawn after the picture being made, in this order. */
  readonly queue: Signal<readonly Job[]>;
  /** Earlier pictures, newest first. */
  readonly history: Signal<readonly HistoryEntry[]>;
  /** Said while the room for pictures comes to its end. */
  readonly storageWarning: Signal<string>;
  /** What was read from a picture or a link, and what could not be. */
  readonly restored: Signal<string>;
  /** Sentences about the last run, e.g. that the prompt was cut. */
  readonly notes: Signal<readonly string[]>;
  readonly problem: Signal<Problem | undefined>;
  /** A run that was cut off and can be gone on with. */
  readonly unfinished: Signal<Unfinished | undefined>;
  /** How fast this device is. */
  readonly paces: Signal<Paces>;
  /** A new version of the app waits to be taken. */
  readonly updateWaits: Signal<boolean>;
  /** The newest announcement for the live region. */
  readonly announcement: Signal<string>;
}

export interface Run {
  readonly progress: Progress;
  /** Known once the model is loaded. */
  readonly settings: Settings | undefined;
  /** Another tab draws; this one follows. */
  readonly waiting?: boolean;
}

export interface Clock {
  readonly seconds: number;
  readonly left: number | undefined;
}

export type Paint =
  | { readonly kind: "preview"; readonly image: Pixels }
  | { readonly kind: "tile"; readonly x: number; readonly y: number; readonly image: Pixels };

/** A picture that waits for its turn: the form as it was, and its seed. */
export interface Job extends Queued {
  readonly form: Form;
  readonly seed: number;
  /** What is drawn where it is not the form: a picture of a comparison, or the rest of an unfinished one. */
  readonly settings?: Settings;
  readonly cell?: { readonly column: number; readonly row: number; readonly of: DrawnComparison };
  readonly resume?: RunState;
}

/** A comparison while it is drawn. */
export interface DrawnComparison extends Axes {
  readonly base: Settings;
  readonly done: { readonly column: number; readonly row: number; readonly picture: Pick<Picture, "blob" | "weights"> }[];
}

export interface Picture {
  readonly settings: Settings;
  readonly blob: Blob;
  /** Name of the model that drew it. */
  readonly model: string;
  /** What the model's weights were read at; absent: as they are stored. */
  readonly weights?: readonly WeightsRead[];
  /** Object URL of the blob. */
  readonly url: string;
  readonly seconds: number;
  readonly stages?: readonly StageTime[];
  readonly comparison?: Sheet;
}

/** What keeps a picture from being made, for the user: a field that can't be used, or an error. */
export interface Problem {
  readonly message: string;
  readonly field?: FieldName;
  readonly code?: ErrorCode;
}

/** The state of a page just opened with this form and model. */
export function pageState(form: Form, modelUrl: string): PageState {
  return {
    form: signal(form),
    modelUrl: signal(modelUrl),
    unusable: signal(undefined),
    model: signal(undefined),
    run: signal(undefined),
    clock: signal(undefined),
    paint: signal(undefined),
    picture: signal(undefined),
    queue: signal([]),
    history: signal([]),
    storageWarning: signal(""),
    restored: signal(""),
    notes: signal([]),
    problem: signal(undefined),
    unfinished: signal(undefined),
    paces: signal({}),
    updateWaits: signal(false),
    announcement: signal(""),
  };
}

/** The form with one field changed; what was wrong with that field is forgotten. */
export function edit<F extends FieldName>({ form, problem }: PageState, field: F, value: Form[F]): void {
  form.value = { ...form.value, [field]: value };
  if (problem.value?.field === field) problem.value = undefined;
}
