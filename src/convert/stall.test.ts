import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Stalled, whileAlive } from "../shared/stall.ts";
import { urlSource } from "./url-source.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const content = Uint8Array.from({ length: 100 }, (_, i) => i);
const url = "https://models.example/a.safetensors";
const wait = async (): Promise<void> => {};

/** A host whose answers number `silent` bring some bytes (none: not even an answer) and then nothing, without an end. */
function host(silent: ReadonlyMap<number, number>) {
  const ranges: string[] = [];
  const dropped: number[] = [];
  const answer: typeof fetch = async (_, init) => {
    const range = new Headers(init?.headers).get("Range") ?? "";
    const number = ranges.push(range);
    const [, from = "0", to = "0"] = /^bytes=(\d+)-(\d+)$/.exec(range) ?? [];
    const headers = { "Content-Range": `bytes ${from}-${to}/100`, ETag: '"1"' };
    const bytes = content.slice(Number(from), Number(to) + 1);
    const brought = silent.get(number);
    if (brought === undefined) return new Response(bytes, { status: 206, headers });
    init?.signal?.addEventListener("abort", () => dropped.push(number));
    if (brought === 0) return new Promise<Response>(() => {});
    const body = new ReadableStream({ start: (stream) => stream.enqueue(bytes.subarray(0, brought)) });
    return new Response(body, { status: 206, headers });
  };
  return { ranges, dropped, fetch: answer };
}

test("a download that stands still is dropped, and asked for again from where it stood", async () => {
  const { ranges, dropped, fetch } = host(
    new Map([
      [2, 40],
      [3, 0],
    ]),
  );
  const arrived: number[] = [];
  const source = await urlSource(url, { fetch, wait, onBytes: (bytes) => void arrived.push(bytes) });
  const reading = source.read(0, 100);
  await vi.advanceTimersByTimeAsync(29_000);
  expect(ranges).toEqual(["bytes=0-0", "bytes=0-99"]);
  await vi.advanceTimersByTimeAsync(9000);
  expect(ranges.at(-1)).toBe("bytes=40-99");
  await vi.advanceTimersByTimeAsync(38_000);
  expect([...(await reading)]).toEqual([...content]);
  expect(ranges).toEqual(["bytes=0-0", "bytes=0-99", "bytes=40-99", "bytes=40-99"]);
  expect(dropped).toEqual([2, 3]);
  expect(arrived).toEqual([40, 60]);
  expect(vi.getTimerCount()).toBe(0);
});

test("one that never comes back ends after the tries there are, in a plain message", async () => {
  const { ranges, fetch } = host(new Map([2, 3, 4].map((number) => [number, 0])));
  const source = await urlSource(url, { fetch, wait, retries: 2, patience: 1000 });
  const failure = expect(source.read(0, 1)).rejects.toMatchObject({
    code: "download-failed",
    message: `${url} could not be read: nothing came for 1 seconds. Check the connection, then go on.`,
  });
  await vi.advanceTimersByTimeAsync(4000);
  await failure;
  expect(ranges.length).toBe(4);
});

test("one that stands still is given up at once when told to", async () => {
  const { dropped, fetch } = host(new Map([[2, 40]]));
  const source = await urlSource(url, { fetch, wait });
  const abort = new AbortController();
  const failure = expect(source.read(0, 100, abort.signal)).rejects.toMatchObject({ code: "aborted" });
  await vi.advanceTimersByTimeAsync(100);
  abort.abort();
  await failure;
  expect(dropped).toEqual([2]);
});

test("a slow line is no silent one, nor is a thread that was held up", async () => {
  let alive = (): void => {};
  let finish = (_: string): void => {};
  const request = whileAlive(1000, undefined, (_, tell) => {
    alive = tell;
    return new Promise<string>((resolve) => {
      finish = resolve;
    });
  });
  for (let i = 0; i < 20; i++) {
    await vi.advanceTimersByTimeAsync(900);
    alive();
  }
  finish("all");
  expect(await request).toBe("all");
  const silent = expect(whileAlive(1000, undefined, () => new Promise(() => {}))).rejects.toThrow(Stalled);
  await vi.advanceTimersByTimeAsync(1300);
  await silent;
});
