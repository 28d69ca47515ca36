import { createHash } from "node:crypto";
import { openAsBlob } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/**
 * What a request for a file's bytes meets. `cut` sends that many bytes of the body and drops the connection; `lost` drops it at once; `stall` sends
 * that many (none: not even an answer) and then nothing, the connection open.
 */
export type Fault =
  | { readonly kind: "none" }
  | { readonly kind: "lost" }
  | { readonly kind: "cut"; readonly after: number }
  | { readonly kind: "stall"; readonly after: number }
  | { readonly kind: "status"; readonly status: number; readonly retryAfter?: string }
  /** One byte of the file is another than it should be, wherever the answer holds it. */
  | { readonly kind: "flip"; readonly at: number };

/** A request that reached the data host: bytes `from` to `to` (inclusive) of a file; `count` is its number, from 0. */
export interface DataRequest {
  readonly path: string;
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

export interface HubOptions {
  /** Bearer token that files and API ask for: 401 without one, 403 with another. */
  readonly token?: string;
  /** Whether other pages may read the answers. @default true */
  readonly cors?: boolean;
  /** Whether files come from another origin, by a redirect; else the hub serves them itself, as a plain mirror does. @default true */
  readonly redirects?: boolean;
  /** Whether the API tells commit and SHA-256 of files (a plain mirror has no API). @default true */
  readonly api?: boolean;
  /** Whether each answer carries the file's SHA-256 and the commit. @default true */
  readonly hashHeaders?: boolean;
  /** The commit its files are at until one changes, 40 hex digits, for addresses that name one. @default a digest of the files */
  readonly commit?: string;
  /** What each request to the data host meets. @default none */
  readonly fault?: (request: DataRequest) => Fault;
}

/** A host that plays the model hub, with one repository. */
export interface HubHost {
  /** Address of the hub; a file's is `${url}/${REPOSITORY}/resolve/${revision}/${path}`. */
  readonly url: string;
  /** Address of the data host, for policies and for looking at redirects. */
  readonly dataUrl: string;
  /** Address of a file at the newest revision. */
  file(path: string): string;
  /** Puts another file in a path's place: ETag, hash and commit change, addresses stay. */
  change(path: string, content: Uint8Array<ArrayBuffer>): void;
  /** Requests for files that reached the data host. */
  readonly requests: readonly DataRequest[];
  /** Bytes the data host has sent. */
  sent(): number;
  /** Changes any of the options while the host runs. */
  set(options: HubOptions): void;
  close(): Promise<void>;
}

export const REPOSITORY = "stabilityai/stable-cascade";
const NONE: Fault = { kind: "none" };

interface Entry {
  readonly blob: Blob;
  readonly sha256: string;
}

/**
 * A model host on this machine, as the hub is: `/ORG/NAME/resolve/REVISION/PATH` answers with a redirect to a data host of another origin (with
 * X-Repo-Commit, X-Linked-Etag and X-Linked-Size, which pages can't see), that answers ranges with an ETag; `/api/models/ORG/NAME/revision/REVISION`
 * lists files with size and SHA-256. Every revision name means the newest commit; an older commit's address is gone (404).
 * Contents are bytes, Blobs or paths on disk.
 */
export async function startHubHost(
  contents: ReadonlyMap<string, Uint8Array<ArrayBuffer> | Blob | string>,
  initial: HubOptions = {},
): Promise<HubHost> {
  let options = initial;
  let sent = 0;
  const requests: DataRequest[] = [];
  const files = new Map<string, Entry>();
  for (const [path, content] of contents) files.set(path, await entryOf(typeof content === "string" ? await openAsBlob(content) : content));
  let changed = false;
  const commit = (): string =>
    !changed && options.commit !== undefined
      ? options.commit
      : digest([...files].map(([path, { sha256 }]) => `${path} ${sha256}`).join("\n")).slice(0, 40);

  /** Answers what is the same for all: CORS, and who may read. False where the request is answered. */
  function admit(request: IncomingMessage, response: ServerResponse, guarded: boolean): boolean {
    if (options.cors ?? true) {
      response.setHeader("Access-Control-Allow-Origin", "*");
      response.setHeader("Access-Control-Allow-Headers", "Authorization, Range");
      response.setHeader("Access-Control-Expose-Headers", "ETag, Content-Range, X-Repo-Commit, X-Linked-Etag, X-Linked-Size, Retry-After");
    }
    if (request.method === "OPTIONS") return end(response, 204);
    const { authorization } = request.headers;
    if (!guarded || options.token === undefined || authorization === `Bearer ${options.token}`) return true;
    return end(response, authorization === undefined ? 401 : 403);
  }

  const data = createServer((request, response) => {
    if (admit(request, response, false)) void answer(decodeURIComponent((request.url ?? "").slice(1)), request, response);
  });

  async function answer(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const entry = files.get(path);
    if (entry === undefined) return void end(response, 404);
    const { size } = entry.blob;
    const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "") ?? [];
    const from = Number(first ?? 0);
    const to = Math.min(size - 1, last ? Number(last) : size - 1);
    if (from > to) return void end(response, 416);
    const asked: DataRequest = { path, from, to, count: requests.length };
    requests.push(asked);
    const fault = options.fault?.(asked) ?? NONE;
    if (fault.kind === "lost") return void response.destroy();
    if (fault.kind === "stall" && fault.after === 0) return;
    if (fault.kind === "status") {
      if (fault.retryAfter !== undefined) response.setHeader("Retry-After", fault.retryAfter);
      return void end(response, fault.status);
    }
    if (options.hashHeaders ?? true) {
      response.setHeader("X-Repo-Commit", commit());
      response.setHeader("X-Linked-Etag", `"${entry.sha256}"`);
    }
    response.setHeader("ETag", `"${digest(entry.sha256).slice(0, 32)}"`);
    response.setHeader("Accept-Ranges", "bytes");
    response.setHeader("Content-Length", to - from + 1);
    if (first !== undefined) response.setHeader("Content-Range", `bytes ${from}-${to}/${size}`);
    response.writeHead(first === undefined ? 200 : 206);
    const body = new Uint8Array(await entry.blob.slice(from, to + 1).arrayBuffer());
    if (fault.kind === "flip" && fault.at >= from && fault.at <= to) body[fault.at - from] = (body[fault.at - from] ?? 0) ^ 1;
    if (fault.kind !== "cut" && fault.kind !== "stall") {
      sent += body.length;
      response.end(body);
      return;
    }
    const part = body.subarray(0, Math.min(fault.after, body.length - 1));
    sent += part.length;
    if (part.length === 0) response.flushHeaders();
    response.write(part.length === 0 ? new Uint8Array() : part, () => fault.kind === "cut" && response.destroy());
  }
  const dataUrl = await listen(data, "localhost");

  const hub = createServer((request, response) => {
    if (!admit(request, response, true)) return;
    const path = decodeURIComponent(new URL(request.url ?? "", "http://hub").pathname).slice(1);
    const resolve = `${REPOSITORY}/resolve/`;
    if (path.startsWith(`api/models/${REPOSITORY}/revision/`)) return answerApi(response);
    if (!path.startsWith(resolve)) return void end(response, 404);
    const [revision = "", ...rest] = path.slice(resolve.length).split("/");
    const entry = files.get(rest.join("/"));
    if (entry === undefined || (/^[0-9a-f]{40}$/.test(revision) && revision !== commit())) return void end(response, 404);
    if (options.hashHeaders ?? true) {
      response.setHeader("X-Repo-Commit", commit());
      response.setHeader("X-Linked-Etag", `"${entry.sha256}"`);
      response.setHeader("X-Linked-Size", entry.blob.size);
    }
    if (options.redirects === false) return void answer(rest.join("/"), request, response);
    response.writeHead(302, { Location: `${dataUrl}/${rest.map(encodeURIComponent).join("/")}` }).end();
  });

  function answerApi(response: ServerResponse): void {
    if (options.api === false) return void end(response, 404);
    const siblings = [...files].map(([rfilename, { blob, sha256 }]) =>
      // Small texts are in git itself, which publishes another hash.
      /\.(json|md|txt)$/.test(rfilename)
        ? { rfilename, size: blob.size, blobId: sha256.slice(0, 40) }
        : { rfilename, size: blob.size, blobId: sha256.slice(0, 40), lfs: { sha256, size: blob.size, pointerSize: 134 } },
    );
    response.setHeader("Content-Type", "application/json");
    response.end(JSON.stringify({ id: REPOSITORY, sha: commit(), siblings }));
  }
  const url = await listen(hub, "127.0.0.1");

  return {
    url,
    dataUrl,
    file: (path) => `${url}/${REPOSITORY}/resolve/main/${path}`,
    change(path, content) {
      files.set(path, { blob: new Blob([content]), sha256: digest(content) });
      changed = true;
    },
    requests,
    sent: () => sent,
    set(more) {
      options = { ...options, ...more };
    },
    async close() {
      for (const server of [hub, data]) {
        server.closeAllConnections();
        await new Promise((done) => server.close(done));
      }
    },
  };
}

async function entryOf(content: Uint8Array<ArrayBuffer> | Blob): Promise<Entry> {
  const blob = content instanceof Blob ? content : new Blob([content]);
  const hash = createHash("sha256");
  for (let at = 0; at < blob.size; at += 2 ** 24) hash.update(new Uint8Array(await blob.slice(at, at + 2 ** 24).arrayBuffer()));
  return { blob, sha256: hash.digest("hex") };
}

function digest(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}

function end(response: ServerResponse, status: number): false {
  response.writeHead(status).end();
  return false;
}

async function listen(server: Server, host: string): Promise<string> {
  await new Promise<void>((done) => server.listen(0, host, done));
  return `http://${host}:${(server.address() as AddressInfo).port}`;
}
