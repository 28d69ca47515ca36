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
const url = "https://models.example/cascade/stage%20c.safetensors?download=true";

describe("a file on a host", () => {
  it("is read by ranges", async () => {
    const { ranges, fetch } = host();
    const source = await urlSource(url, { fetch });
    expect(source).toMatchObject({ name: "stage c.safetensors", size: 100 });
    expect([...(await source.read(10, 3))]).toEqual([10, 11, 12]);
    expect((await source.read(100, 0)).length).toBe(0);
    expect(ranges).toEqual(["bytes=0-0", "bytes=10-12"]);
    await expect(source.read(99, 2)).rejects.toMatchObject({ code: "bad-checkpoint" });
  });

  it.each([
    ["answers with the whole file", () => new Response(content, { status: 200 }), "the host does not answer ranges"],
    ["does not have it", () => new Response("", { status: 404, statusText: "Not Found" }), "the host answered 404 Not Found"],
    ["hides its length", () => new Response("x", { status: 206 }), "the host does not say how long the file is"],
    ["is not there", () => Promise.reject(new TypeError("failed to fetch")), "could not be reached: failed to fetch"],
  ])("is refused where the host %s", async (_, change, message) => {
    const { fetch } = host(change);
    const failure = await urlSource(url, { fetch }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: "download-failed", message: expect.stringContaining(message) });
  });

  it("is refused when it changes, or comes short, while it is read", async () => {
    const changed = host((response, request) =>
      request === 1 ? response : new Response(response.body, { status: 206, headers: { ETag: '"2"' } }),
    );
    await expect((await urlSource(url, changed)).read(0, 5)).rejects.toThrow("changed while it was being read; start again.");
    const short = host((response, request) => (request === 1 ? response : new Response("abc", { status: 206, headers: { ETag: '"1"' } })));
    await expect((await urlSource(url, short)).read(0, 5)).rejects.toThrow("gave 3 bytes at 0 where 5 were asked for.");
  });

  it("is given up when told to", async () => {
    const source = await urlSource(url, host());
    await expect(source.read(0, 5, AbortSignal.abort())).rejects.toMatchObject({ code: "aborted" });
  });
});
