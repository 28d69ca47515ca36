import { afterEach, expect, test } from "vitest";
import { fixtureBytes } from "../../fixtures/checkpoints.ts";
import { type Fault, type Hub, startHub } from "../../fixtures/hub.ts";
import { blobSource } from "../convert/byte-source.ts";
import { convert } from "../convert/convert.ts";
import { memoryFolder } from "../convert/output-folder.ts";
import { urlSource } from "../convert/url-source.ts";
import { checkedSource } from "./check-source.ts";

const bytes = fixtureBytes("previewer.safetensors");
const file = "previewer.safetensors";
let hub: Hub;
afterEach(() => hub.close());

const noWait = async (): Promise<void> => {};
async function filesOf(source: Parameters<typeof checkedSource>[0]): Promise<ReadonlyMap<string, Uint8Array>> {
  const folder = memoryFolder();
  for await (const _ of convert({ name: "x", precision: "f16", parts: { previewer: [source] } }, folder));
  return folder.files;
}

test("a download over a bad line and a redirect gives the file's bytes, hash and all", async () => {
  const faults: readonly Fault[] = ["none", "lost", "503", "none", "short", "429", "none", "lost"];
  let request = 0;
  hub = await startHub(new Map([[file, bytes]]), () => faults[request++ % faults.length] ?? "none");
  const source = await urlSource(`${hub.url}/${file}`, { wait: noWait, pieceBytes: 4096 });
  expect(source).toMatchObject({ size: bytes.length, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
  const checked = await checkedSource(source, source.sha256 ?? "");
  expect(await filesOf(checked)).toEqual(await filesOf(blobSource(new Blob([bytes]), file)));
  await checked.check();
  expect(hub.served()).toBeGreaterThan(8);
});

test("a file that changes at the host is noticed", async () => {
  const files = new Map([[file, bytes]]);
  hub = await startHub(files);
  const source = await urlSource(`${hub.url}/${file}`, { wait: noWait, pieceBytes: 4096 });
  await source.read(0, 10);
  const changed = bytes.slice();
  changed[9000] = (changed[9000] ?? 0) ^ 1;
  files.set(file, changed);
  await expect(source.read(9000, 10)).rejects.toThrow("changed while it was being read");
  expect((await urlSource(`${hub.url}/${file}`)).identity).not.toBe(source.identity);
});

test("a private file needs its token", async () => {
  hub = await startHub(new Map([[file, bytes]]), () => "none", "secret");
  await expect(urlSource(`${hub.url}/${file}`)).rejects.toThrow("needs an access token");
  expect((await urlSource(`${hub.url}/${file}`, { token: "secret" })).size).toBe(bytes.length);
});
