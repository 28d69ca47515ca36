import { afterEach, expect, test } from "vitest";
import type { JobEvent } from "../storage/job.ts";
import { type ConvertClient, createConvertClient } from "./convert-client.ts";

// The browser's own storage and locks, behind the real worker. Needs no WebGPU, only a browser.
const clients: ConvertClient[] = [];
const client = (): ConvertClient => {
  const made = createConvertClient();
  clients.push(made);
  return made;
};

async function file(path: string): Promise<File> {
  const response = await fetch(`/fixtures/checkpoints/${path}`);
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return new File([await response.blob()], path.split("/").at(-1) ?? path, { lastModified: 1 });
}
const part = async (folder: string, name = "diffusion_pytorch_model"): Promise<File[]> => [
  await file(`${folder}/${name}.safetensors`),
  await file(`${folder}/config.json`),
];
const job = async (id: string) => ({
  id,
  name: "small",
  precision: "q8" as const,
  parts: {
    "text-encoder": await part("text_encoder", "model"),
    "stage-c": await part("prior"),
    "stage-b": await part("decoder"),
    "stage-a": await part("vqgan"),
  },
  tokenizer: [new File(['{"model": {}}'], "tokenizer.json", { lastModified: 1 })],
});

afterEach(async () => {
  const last = client();
  for (const id of ["uncut", "cut"]) await last.delete(id);
  for (const one of clients.splice(0)) one.dispose();
});

test("a model cut by an abort and by a closed worker becomes the very bytes of an uncut one", async () => {
  const first = client();
  const uncut = await first.convert(await job("uncut"));
  const listed = await first.list();
  expect(listed).toMatchObject([{ id: "uncut", manifest: uncut }]);

  // An abort at the first weights of Stage C, then a worker that is ended at those of Stage B.
  const abort = new AbortController();
  const at = (name: string, act: () => void) => (event: JobEvent) => {
    if (event.type === "progress" && event.part === name) act();
  };
  const aborted = first.convert(await job("cut"), { signal: abort.signal, onEvent: at("stage-c", () => abort.abort()) });
  await expect(aborted).rejects.toMatchObject({ code: "aborted" });
  const second = client();
  const closed = second.convert(await job("cut"), { onEvent: at("stage-b", () => second.dispose()) });
  await expect(closed).rejects.toMatchObject({ code: "aborted" });
  expect((await first.list()).map(({ id }) => id)).toEqual(["uncut"]);

  // The browser gives a closed worker's locks and files back a moment later.
  await expect.poll(async () => await first.convert(await job("cut")).catch((error: unknown) => error), { timeout: 60_000 }).toEqual(uncut);
  expect(await first.verify("cut")).toEqual([]);
});

test("a second tab that writes the same model is told so", async () => {
  const [one, other] = [client(), client()];
  const both = await Promise.allSettled([one.convert(await job("cut")), other.convert(await job("cut"))]);
  const failures = both.filter((result) => result.status === "rejected");
  expect(failures.map(({ reason }) => reason.code)).toEqual(["storage-busy"]);
  expect((await one.list()).map(({ id }) => id)).toEqual(["cut"]);
});
