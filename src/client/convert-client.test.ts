import * as comlink from "comlink";
import { afterEach, expect, test, vi } from "vitest";
import { createConvertClient } from "./convert-client.ts";
import type { ConvertService } from "./convert-protocol.ts";

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

/** A service behind a real MessageChannel, as a worker would be. */
function fakeWorker(service: Partial<ConvertService>) {
  const { port1, port2 } = new MessageChannel();
  comlink.expose({ life: async () => undefined, cancel: () => {}, ...service }, port2);
  port1.start();
  const terminate = vi.fn(() => {
    port1.close();
    port2.close();
  });
  return Object.assign(port1, { terminate });
}

const clientOf = (worker: ReturnType<typeof fakeWorker>, patience?: number) =>
  createConvertClient({ makeWorker: () => worker as unknown as Worker, ...(patience !== undefined && { patience }) });

test("a pause that the worker does not heed ends the worker, and with it the work", async () => {
  const worker = fakeWorker({ verify: () => new Promise(() => {}) });
  const abort = new AbortController();
  const client = clientOf(worker, 20);
  const checking = client.verify("a", { signal: abort.signal });
  abort.abort();
  await expect(checking).rejects.toMatchObject({ code: "aborted" });
  expect(worker.terminate).toHaveBeenCalledTimes(1);
  expect(client.isEnded()).toBe(true);
});

test("a pause that the worker heeds leaves it alive", async () => {
  let stop = (): void => {};
  const worker = fakeWorker({
    verify: () => new Promise((done) => (stop = () => done({ ok: false, error: { code: "aborted", message: "Cancelled." } }))),
    cancel: () => stop(),
    list: async () => ({ ok: true, value: [] }),
  });
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const client = clientOf(worker);
  const abort = new AbortController();
  const checking = client.verify("a", { signal: abort.signal, onEvent: () => {} });
  await client.list(); // the worker is at work
  abort.abort();
  await expect(checking).rejects.toMatchObject({ code: "aborted" });
  expect(vi.getTimerCount()).toBe(0); // nothing that would end it later
  expect(await client.list()).toEqual([]);
  expect(worker.terminate).not.toHaveBeenCalled();
  client.dispose();
});

test("a worker that is killed without a word ends the work with what to do", async () => {
  let release = (): void => {};
  const granted = new Promise<void>((resolve) => (release = resolve));
  vi.stubGlobal("navigator", { locks: { request: async (_: string, gone: () => void) => granted.then(gone) } });
  const client = clientOf(fakeWorker({ life: async () => "life", verify: () => new Promise(() => {}) }));
  const checking = client.verify("a");
  release();
  await expect(checking).rejects.toMatchObject({
    code: "device-lost",
    message: "The browser ended the converting worker: start again, it goes on where it was.",
  });
  client.dispose();
});
