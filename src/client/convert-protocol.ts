import type { DroppedFile, SortedFiles } from "../convert/sort-files.ts";
import type { DeviceMeasure } from "../runtime/device-measure.ts";
import type { CascadeManifest } from "../shared/manifest.ts";
import type { ExportProgress, TargetDirectory } from "../storage/export-model.ts";
import type { Space } from "../storage/file-system.ts";
import type { ImportEvent, ImportJob } from "../storage/import-model.ts";
import type { ConvertJob, JobEvent } from "../storage/job.ts";
import type { Again } from "../storage/kept-job.ts";
import type { StoredModel, UnfinishedModel } from "../storage/model-store.ts";
import type { Damage } from "../storage/verify.ts";
import type { Outcome } from "./protocol.ts";

/** What workers/convert.ts offers over comlink: the store of models and the ways into and out of it. One action at a time. */
export interface ConvertService {
  /** A Web Lock the worker holds while it lives; undefined where the browser has none. */
  life(): Promise<string | undefined>;
  list(): Promise<Outcome<readonly StoredModel[]>>;
  unfinished(): Promise<Outcome<readonly UnfinishedModel[]>>;
  space(): Promise<Outcome<Space>>;
  delete(id: string): Promise<Outcome<void>>;
  convert(job: ConvertJob, onEvent: (event: JobEvent) => void): Promise<Outcome<CascadeManifest>>;
  goOn(id: string, again: Again, onEvent: (event: JobEvent) => void): Promise<Outcome<CascadeManifest>>;
  verify(id: string, onProgress: (done: VerifyProgress) => void): Promise<Outcome<readonly Damage[]>>;
  repair(id: string, again: Again, onEvent: (event: JobEvent) => void): Promise<Outcome<readonly Damage[]>>;
  importModel(job: ImportJob, onEvent: (event: ImportEvent) => void): Promise<Outcome<CascadeManifest>>;
  exportToFolder(id: string, directory: TargetDirectory, onProgress: (done: ExportProgress) => void): Promise<Outcome<void>>;
  zipModel(id: string, onProgress: (done: ExportProgress) => void): Promise<Outcome<Blob>>;
  sortFiles(files: readonly DroppedFile[]): Promise<Outcome<SortedFiles>>;
  measureDevice(): Promise<Outcome<DeviceMeasure>>;
  /** Ends the running action; what a conversion has finished is kept, so this is its pause too. */
  cancel(): void;
}

/** Bytes. */
export interface VerifyProgress {
  readonly checked: number;
  readonly total: number;
}
