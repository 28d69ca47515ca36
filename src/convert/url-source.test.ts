import { describe, expect, it } from "vitest";
import { urlSource } from "./url-source.ts";

const content = Uint8Array.from({ length: 100 }, (_, i) => i);

/** A host that answers ranges, and what it was asked. */
function host(change: (response: Response, request: number) => Response | Promise<Response> = (response) => response) {
  const ranges: string[] = [];
  const answer: typeof fetch = async (_, init) => {
    const range = new Headers(init?.headers).get("Range") ?? "";
    const [, from = "0", to = "0"] = /^bytes=(\d+)-(\d+)$/.exec(range) ?? [];
    ranges.push(range);
    const headers = { "Content-Range": `bytes ${from}-${to}/100`, ETag: '"1"' };
    return change(new Response(content.slice(Number(from), Number(to) + 1), { status: 206, headers }), ranges.length);
  };
  return { ranges, fetch: answer };
}
/** Waits that take no time, and what was waited. */
function patience() {
  const waits: number[] = [];
  const wait = async (milliseconds: number): Promise<void> => {
    waits.push(milliseconds);
  };
  return { waits, wait };
}
const url = "https://models.example/cascade/stage%20c.safetensors?download=true";

describe("a file on a host", () => {
  it("is read by ranges", async () => {
    const { ranges, fetch } = host();
    const source = await urlSource(url, { fetch, pieceBytes: 1, ahead: 2 });
    expect(source).toMatchObject({ name: "stage c.safetensors", size: 100 });
    expect([...(await source.read(10, 3))]).toEqual([10, 11, 12]);
    expect((await source.read(100, 0)).length).toBe(0);
    expect(new Set(ranges)).toEqual(new Set([0, 10, 11, 12, 13, 14].map((at) => `bytes=${at}-${at}`)));
    expect([...(await source.readAlone(40, 3))]).toEqual([40, 41, 42]);
    expect(ranges.at(-1)).toBe("bytes=40-42");
    await expect(source.read(99, 2)).rejects.toMatchObject({ code: "bad-checkpoint" });
  });

  it("is not minded where the connection is lost behind an answer nobody reads", async () => {
    const lost = () => new ReadableStream({ start: (body) => body.error(new TypeError("network error")) });
    const { fetch } = host(({ headers }) => new Response(lost(), { status: 206, headers }));
    expect((await urlSource(url, { fetch })).size).toBe(100);
    const gone: typeof fetch = async () => new Response(lost(), { status: 404 });
    await expect(urlSource(url, { fetch: gone })).rejects.toMatchObject({ code: "download-failed" });
  });

  it.each([
    ["answers with the whole file", () => new Response(content, { status: 200 }), "the host does not answer ranges"],
    [
      "does not have it",
      () => new Response("", { status: 404, statusText: "Not Found" }),
      "the host answered 404 Not Found, so it has no such file",
    ],
    ["hides its length", () => new Response("x", { status: 206 }), "the host does not say how long the file is"],
    ["is not there", () => Promise.reject(new TypeError("failed to fetch")), "could not be reached: failed to fetch"],
  ])("is refused where the host %s", async (_, change, message) => {
    const { fetch } = host(change);
    const failure = await urlSource(url, { fetch, ...patience() }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: "download-failed", message: expect.stringContaining(message) });
  });

  it("is refused when it changes, or comes short, while it is read", async () => {
    const changed = host((response, request) =>
      request === 1 ? response : new Response(response.body, { status: 206, headers: { ETag: '"2"' } }),
    );
    await expect((await urlSource(url, { ...changed, ...patience() })).read(0, 5)).rejects.toThrow(
      "changed while it was being read; start again.",
    );
    const short = host((response, request) => (request === 1 ? response : new Response("abc", { status: 206, headers: { ETag: '"1"' } })));
    await expect((await urlSource(url, { ...short, ...patience() })).read(0, 5)).rejects.toThrow(
      "gave 3 bytes at 0 where 100 were asked for.",
    );
  });

  it("is read in large pieces, the next one ahead, each once", async () => {
    const { ranges, fetch } = host();
    let arrived = 0;
    const onBytes = (bytes: number): void => {
      arrived += bytes;
    };
    const source = await urlSource(url, { fetch, pieceBytes: 40, onBytes });
    for (let at = 0; at < 100; at += 10) expect([...(await source.read(at, 10))]).toEqual([...content.slice(at, at + 10)]);
    expect(ranges).toEqual(["bytes=0-0", "bytes=0-39", "bytes=40-79", "bytes=80-99"]);
    expect(arrived).toBe(100);
  });

  it("is asked for again after a lost network, a 5xx and a 429, which is waited for as long as it says", async () => {
    const { waits, wait } = patience();
    const failures: Record<number, () => Response> = {
      2: () => {
        throw new TypeError("network");
      },
      3: () => new Response("", { status: 503 }),
      4: () => new Response("", { status: 429, headers: { "Retry-After": "7" } }),
    };
    const { fetch, ranges } = host((response, request) => failures[request]?.() ?? response);
    const source = await urlSource(url, { fetch, wait });
    expect([...(await source.read(5, 2))]).toEqual([5, 6]);
    expect(ranges.length).toBe(5);
    expect(waits[2]).toBe(7000);
    expect(waits[0]).toBeGreaterThan(300);
    expect(waits[1]).toBeGreaterThan(waits[0] === undefined ? 0 : 700);
  });

  it("gives up after as many tries as it was told", async () => {
    const { fetch, ranges } = host((response, request) => (request === 1 ? response : new Response("", { status: 500 })));
    const source = await urlSource(url, { fetch, ...patience(), retries: 2 });
    await expect(source.read(0, 1)).rejects.toThrow("the host answered 500");
    expect(ranges.length).toBe(4);
  });

  it.each([
    [401, "needs an access token"],
    [403, "accept the model's terms"],
  ])("says what to do about a %i, and does not ask again", async (status, message) => {
    const { fetch, ranges } = host(() => new Response("", { status }));
    await expect(urlSource(url, { fetch, ...patience() })).rejects.toThrow(message);
    expect(ranges.length).toBe(1);
  });

  it("sends the token, and knows commit and published hash", async () => {
    const sha256 = "ab".repeat(32);
    let sent: string | null = null;
    const fetch: typeof globalThis.fetch = async (_, init) => {
      sent = new Headers(init?.headers).get("Authorization");
      return new Response("x", {
        status: 206,
        headers: { "Content-Range": "bytes 0-0/100", ETag: '"e"', "X-Repo-Commit": "c0ffee", "X-Linked-Etag": `"${sha256}"` },
      });
    };
    expect(await urlSource(url, { fetch, token: "hf_x" })).toMatchObject({ identity: sha256, sha256 });
    expect(sent).toBe("Bearer hf_x");
  });

  it("is given up when told to", async () => {
    const source = await urlSource(url, host());
    await expect(source.read(0, 5, AbortSignal.abort())).rejects.toMatchObject({ code: "aborted" });
  });
});
