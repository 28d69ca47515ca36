import { createHash } from "node:crypto";
import { fixtureBytes, fixtureTensors, serialize } from "../fixtures/checkpoints.ts";
import { blobSource } from "../src/convert/byte-source.ts";
import { type ConvertOptions, convert } from "../src/convert/convert.ts";
import { memoryFolder } from "../src/convert/output-folder.ts";
import type { ConvertJob } from "../src/storage/job.ts";
import type { HubHost } from "./hub-host.ts";

const PARTS = {
  "text-encoder": "text_encoder/model",
  "stage-c": "prior/weights",
  "stage-b": "decoder/weights",
  "stage-a": "vqgan/weights",
} as const;

/** The small checkpoints as a repository's files, by path; the token table is cut to 300 rows, or it would be nearly all there is. */
export function smallFiles(): Map<string, Uint8Array<ArrayBuffer>> {
  const tensors = new Map(fixtureTensors("text_encoder/model.safetensors"));
  const key = "text_model.embeddings.token_embedding.weight";
  const table = tensors.get(key);
  const width = table?.shape[1] ?? 0;
  if (table) tensors.set(key, { ...table, shape: [300, width], bytes: table.bytes.slice(0, 300 * width * 2) });
  const config = { ...JSON.parse(new TextDecoder().decode(fixtureBytes("text_encoder/config.json"))), vocab_size: 300, eos_token_id: 299 };
  const text = (value: string) => new TextEncoder().encode(value);
  const network = (folder: string): [string, Uint8Array<ArrayBuffer>][] => [
    [`${folder}/weights.safetensors`, fixtureBytes(`${folder}/diffusion_pytorch_model.safetensors`)],
    [`${folder}/config.json`, fixtureBytes(`${folder}/config.json`)],
  ];
  return new Map([
    ["text_encoder/model.safetensors", serialize(tensors)],
    ["text_encoder/config.json", text(JSON.stringify(config))],
    ...network("prior"),
    ...network("decoder"),
    ...network("vqgan"),
    ["tokenizer/tokenizer.json", text('{"model": {}}')],
  ]);
}

/** The conversion of the small files on a hub, in pieces small enough for many requests. */
export function smallJob(hub: HubHost, id: string, more: Partial<ConvertJob> = {}): ConvertJob {
  const part = (path: string) => [`${path}.safetensors`, `${path.split("/")[0]}/config.json`].map((file) => ({ url: hub.file(file) }));
  return {
    id,
    name: "small",
    precision: "q4",
    parts: Object.fromEntries(Object.entries(PARTS).map(([name, path]) => [name, part(path)])),
    tokenizer: [{ url: hub.file("tokenizer/tokenizer.json") }],
    pieceBytes: 2 ** 17,
    ...more,
  };
}

/** SHA-256 of every file that Node makes of the same files, without a host and uncut. */
export async function uncutHashes(): Promise<Record<string, string>> {
  const files = smallFiles();
  const source = (path: string) => blobSource(new Blob([files.get(path) ?? new Uint8Array()]), path.split("/").at(-1) ?? "");
  const parts: ConvertOptions["parts"] = Object.fromEntries(
    Object.entries(PARTS).map(([name, path]) => [name, [source(`${path}.safetensors`), source(`${path.split("/")[0]}/config.json`)]]),
  );
  const folder = memoryFolder();
  for await (const _ of convert({ name: "small", precision: "q4", parts, tokenizer: [source("tokenizer/tokenizer.json")] }, folder));
  return Object.fromEntries([...folder.files].map(([name, bytes]) => [name, createHash("sha256").update(bytes).digest("hex")]));
}
