import { expect, test } from "vitest";
import { urlFolder } from "./url-folder.ts";

const base = new URL("https://host.test/models/mini/");
const answering = (answer: () => Promise<Response>) => urlFolder(base, answer);

test("a file is read from beside the others", async () => {
  const asked: string[] = [];
  const folder = urlFolder(base, async (url) => {
    asked.push(String(url));
    return new Response("weights");
  });
  expect(await (await folder.read("stage-c.onnx.data")).text()).toBe("weights");
  expect(asked).toEqual(["https://host.test/models/mini/stage-c.onnx.data"]);
});

test.each([
  ["an answer that it is not there", new Response("", { status: 404 })],
  ["the host's start page", new Response("<!doctype html>", { headers: { "Content-Type": "text/html; charset=utf-8" } })],
])("%s: the model lacks the file", async (_, response) => {
  const read = answering(async () => response).read("cascade.json");
  await expect(read).rejects.toMatchObject({ code: "bad-model", message: expect.stringContaining("There is no cascade.json at https://") });
});

const broken = new ReadableStream({ start: (controller) => controller.error(new Error("connection reset")) });

test.each([
  ["no connection", async () => Promise.reject(new TypeError("fetch failed"))],
  ["a host in trouble", async () => new Response("<h1>Bad gateway</h1>", { status: 502, headers: { "Content-Type": "text/html" } })],
  ["a connection that ends in the middle", async () => new Response(broken)],
])("%s: it can be tried again", async (_, answer) => {
  await expect(answering(answer).read("stage-a.onnx")).rejects.toMatchObject({
    code: "download-failed",
    message: expect.stringMatching(/^stage-a\.onnx could not be read \(.+\): check the connection and try again\.$/),
  });
});

test("what was cancelled is not a failed download", async () => {
  const controller = new AbortController();
  const folder = answering(async () => {
    controller.abort();
    throw new DOMException("The operation was aborted.", "AbortError");
  });
  await expect(folder.read("stage-a.onnx", controller.signal)).rejects.toMatchObject({ code: "aborted" });
});

test.each([
  ["does not answer", (): Promise<Response> => new Promise(() => {})],
  [
    "stands still in the midst of its answer",
    async () => new Response(new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array(9)) })),
  ],
])("a host that %s is not waited for without end", async (_, answer) => {
  const folder = urlFolder(base, answer, 40);
  await expect(folder.read("stage-a.onnx")).rejects.toMatchObject({
    code: "download-failed",
    message: expect.stringMatching(/^stage-a\.onnx could not be read \(nothing came for \d+ seconds\): check the connection/),
  });
});
