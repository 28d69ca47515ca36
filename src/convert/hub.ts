import { CascadeError } from "../shared/errors.ts";
import { PATIENCE, whileAlive } from "../shared/stall.ts";
import { dismiss, PassingFailure, type RetryOptions, refusal, retried, unreachable } from "./retry.ts";

/** A file or folder of a repository on a model hub, or on a mirror that is laid out like it. */
export interface HubAddress {
  /** Everything before the repository, without a slash at its end. */
  readonly base: string;
  /** "organisation/name". */
  readonly repository: string;
  /** A branch, a tag or a commit. */
  readonly revision: string;
  /** Inside the repository; "" for all of it. */
  readonly path: string;
  /** False for a file's own address. */
  readonly folder: boolean;
}

/** Reads `BASE/ORG/NAME/resolve/REVISION/PATH` (a file), `.../tree/REVISION[/PATH]` (a folder); undefined for every other address. */
export function hubAddress(url: string): HubAddress | undefined {
  const match = /^(https?:\/\/[^?#]+?)\/([^/?#]+\/[^/?#]+)\/(resolve|blob|tree)\/([^/?#]+)(?:\/([^?#]*))?(?:[?#].*)?$/.exec(url);
  if (match === null) return undefined;
  const [, base = "", repository = "", kind, revision = "", path = ""] = match;
  const inside = decodeURIComponent(path).replace(/\/$/, "");
  if (kind !== "tree" && inside === "") return undefined;
  return { base, repository, revision: decodeURIComponent(revision), path: inside, folder: kind === "tree" };
}

export interface HubFile {
  /** Inside the repository. */
  readonly path: string;
  /** SHA-256, lower-case hex; small texts have none. */
  readonly sha256?: string;
}

/** What a hub says of a repository at one moment. */
export interface HubRevision {
  readonly commit: string;
  readonly files: readonly HubFile[];
}

export interface HubOptions extends RetryOptions {
  readonly fetch?: typeof fetch;
  readonly token?: string;
  readonly signal?: AbortSignal;
}

/** Entries looked at; the published repositories have some dozens. */
const MOST_FILES = 10_000;

/**
 * Asks a hub's API for the commit a revision stands for and the files' hashes (a page can't see the headers of the redirect that carry them).
 * Undefined where the host has no such API. Rejects with `no-access` where it wants another token.
 */
export async function hubRevision({ base, repository, revision }: HubAddress, options: HubOptions = {}): Promise<HubRevision | undefined> {
  const { fetch: send = globalThis.fetch, token, signal, patience = PATIENCE } = options;
  const url = `${base}/api/models/${repository}/revision/${encodeURIComponent(revision)}?blobs=true`;
  const page = `${base}/${repository}`; // what a user can look at
  const headers = token ? { Authorization: `Bearer ${token}` } : {};
  return retried(
    async () => {
      try {
        return await whileAlive(patience, signal, async (stop, alive) => {
          const response = await send(url, { headers, signal: stop });
          alive();
          if (response.ok) return parseRevision(parsed(await response.text()));
          await dismiss(response);
          const { status } = response;
          if (status === 401 || status === 403) throw refusal(page, response);
          if (status === 429 || status >= 500) throw new PassingFailure(refusal(page, response), url, response);
          return undefined;
        });
      } catch (error) {
        // An answer cut short, or one that stands still, may pass as well.
        throw error instanceof CascadeError || error instanceof PassingFailure ? error : new PassingFailure(unreachable(page, error), url);
      }
    },
    options,
    signal,
  );
}

/** Whether a revision is a commit, which always means the same files. */
export function isCommit(revision: string): boolean {
  return /^[0-9a-f]{40}$/.test(revision);
}

/** The address of a file at a fixed commit. */
export function addressAt({ base, repository }: HubAddress, commit: string, path: string): string {
  return `${base}/${repository}/resolve/${commit}/${path.split("/").map(encodeURIComponent).join("/")}`;
}

/** An answer as JSON, or undefined for one that is none: a host without this API may answer with a page. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function parseRevision(value: unknown): HubRevision | undefined {
  if (!isObject(value)) return undefined;
  const { sha: commit, siblings } = value;
  if (typeof commit !== "string" || !isCommit(commit) || !Array.isArray(siblings)) return undefined;
  if (siblings.length > MOST_FILES)
    throw new CascadeError("download-failed", `The repository lists ${siblings.length} files: name another.`);
  const files: HubFile[] = [];
  for (const entry of siblings) {
    if (!isObject(entry) || typeof entry.rfilename !== "string") continue;
    const sha256 = isObject(entry.lfs) ? entry.lfs.sha256 : undefined;
    files.push({
      path: entry.rfilename,
      ...(typeof sha256 === "string" && /^[0-9a-f]{64}$/.test(sha256) && { sha256 }),
    });
  }
  return { commit, files };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
