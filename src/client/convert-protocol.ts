import type { CascadeManifest } from "../shared/manifest.ts";
import type { Space } from "../storage/file-system.ts";
import type { ConvertJob, JobEvent } from "../storage/job.ts";
import type { StoredModel } from "../storage/model-store.ts";
import type { Damage } from "../storage/verify.ts";
import type { Outcome } from "./protocol.ts";

/** What workers/convert.ts offers over comlink: the store of models and the way into it. One action at a time. */
export interface ConvertService {
  list(): Promise<Outcome<readonly StoredModel[]>>;
  space(): Promise<Outcome<Space>>;
  delete(id: string): Promise<Outcome<void>>;
  convert(job: ConvertJob, onEvent: (event: JobEvent) => void): Promise<Outcome<CascadeManifest>>;
  verify(id: string, onProgress: (done: VerifyProgress) => void): Promise<Outcome<readonly Damage[]>>;
  repair(job: ConvertJob, onEvent: (event: JobEvent) => void): Promise<Outcome<readonly Damage[]>>;
  /** Ends the running action; what a conversion has finished is kept, so this is its pause too. */
  cancel(): void;
}

/** Bytes. */
export interface VerifyProgress {
  readonly checked: number;
  readonly total: number;
}
