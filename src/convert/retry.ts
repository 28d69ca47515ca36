import { CascadeError, messageOf } from "../shared/errors.ts";
import { Stalled } from "../shared/stall.ts";
import { throwIfAborted } from "./byte-source.ts";

export interface RetryOptions {
  /** Tries after the first. @default 6 */
  readonly retries?: number;
  /** Milliseconds without a byte after which a request is dropped and made again. @default 30 s */
  readonly patience?: number;
  /** Waits; tests bring their own. Rejects, or resolves early, when the signal fires. */
  readonly wait?: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
  /** Told before each wait. */
  readonly onWait?: (waiting: Waiting) => void;
}

/** Why a download stands still, and for how long. */
export interface Waiting {
  readonly host: string;
  readonly seconds: number;
  /** The host's status (429: it asks for patience; 408, 5xx: it is busy or broken); undefined where it did not answer. */
  readonly status?: number;
}

/** A failure that may pass: a lost network, a busy host. */
export class PassingFailure extends Error {
  constructor(
    /** What the user is told if it does not pass. */
    readonly last: CascadeError,
    readonly url: string,
    /** Absent where the host did not answer, or not wholly. */
    readonly response?: Response,
    /** Bytes that came nevertheless, and are kept. */
    readonly brought = 0,
  ) {
    super(last.message);
  }
}

/** A try that brings so many bytes is no failed one: a line that is cut now and then ends no download. */
const ENOUGH = 2 ** 16;
const FIRST_WAIT = 500;
const LONGEST_WAIT = 60_000;
/** A host that asks for more than this is not waited for. */
const LONGEST_ASKED = 15 * 60_000;

/** Repeats `attempt` while it fails in a way that may pass: after the time the host asked for, or 0.5 s, doubled each time, with some chance in it. */
export async function retried<T>(attempt: () => Promise<T>, options: RetryOptions = {}, signal?: AbortSignal): Promise<T> {
  const { retries = 6, wait = waitFor, onWait = () => {} } = options;
  for (let tried = 0; ; tried++) {
    try {
      return await attempt();
    } catch (error) {
      throwIfAborted(signal);
      if (!(error instanceof PassingFailure)) throw error;
      if (error.brought >= ENOUGH) tried = 0;
      const asked = error.response && retryAfter(error.response.headers);
      if (tried >= retries || (asked ?? 0) > LONGEST_ASKED) throw error.last;
      const milliseconds = asked ?? Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** tried) * (0.75 + Math.random() / 2);
      const { host } = new URL(error.url, "http://localhost");
      onWait({ host, seconds: milliseconds / 1000, ...(error.response && { status: error.response.status }) });
      await wait(milliseconds, signal);
      throwIfAborted(signal);
    }
  }
}

/** Lets a body go that nobody reads. That the connection was lost meanwhile changes nothing. */
export async function dismiss({ body }: Response): Promise<void> {
  await body?.cancel().catch(() => undefined);
}

/** Milliseconds of a Retry-After header: seconds, or a date. */
export function retryAfter(headers: Headers, now = Date.now()): number | undefined {
  const value = headers.get("Retry-After");
  if (value === null) return undefined;
  const milliseconds = /^\d+$/.test(value.trim()) ? Number(value) * 1000 : Date.parse(value) - now;
  return Number.isNaN(milliseconds) ? undefined : Math.max(0, milliseconds);
}

function waitFor(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** A sentence for a status that will not pass by waiting. */
export function refusal(url: string, response: Response): CascadeError {
  const { status, statusText } = response;
  const failed = (message: string) => new CascadeError("download-failed", message);
  const closed = (message: string) => new CascadeError("no-access", message);
  switch (status) {
    case 401:
      return closed(`${url} needs an access token (the host answered 401): make one in your account there, and enter it.`);
    case 403:
      return closed(
        `${url} is not open to you (the host answered 403): accept the model's terms on its page at the host, or enter the token of an account that has.`,
      );
    case 404:
      return failed(
        `${url} could not be read: the host answered ${`404 ${statusText}`.trim()}, so it has no such file; check address and revision.`,
      );
    default:
      return failed(`${url} could not be read: the host answered ${`${status} ${statusText}`.trim()}.`);
  }
}

/** A sentence for a request that got no answer at all, or only a part of one. */
export function unreachable(url: string, error: unknown): CascadeError {
  if (error instanceof Stalled) {
    return new CascadeError("download-failed", `${url} could not be read: ${error.message}. Check the connection, then go on.`, {
      cause: error,
    });
  }
  return new CascadeError(
    "download-failed",
    `${url} could not be reached: ${messageOf(error)}. Check the connection; a host that does not allow other pages to read its files (CORS) looks the same: download the file there and drop it here.`,
    { cause: error },
  );
}
