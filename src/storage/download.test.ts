import { afterEach, expect, test } from "vitest";
import { type Fault, type HubHost, startHubHost } from "../../e2e/hub-host.ts";
import { fixtureBytes } from "../../fixtures/checkpoints.ts";
import { blobSource } from "../convert/byte-source.ts";
import { convert } from "../convert/convert.ts";
import { memoryFolder } from "../convert/output-folder.ts";
import { streamedSource } from "../convert/streamed-source.ts";
import { urlSource } from "../convert/url-source.ts";

const bytes = fixtureBytes("previewer.safetensors");
const file = "previewer.safetensors";
const files = new Map([[file, bytes]]);
let hub: HubHost;
afterEach(() => hub.close());

const noWait = async (): Promise<void> => {};
async function filesOf(source: Parameters<typeof streamedSource>[0]): Promise<ReadonlyMap<string, Uint8Array>> {
  const folder = memoryFolder();
  for await (const _ of convert({ name: "x", precision: "f16", parts: { previewer: [source] } }, folder));
  return folder.files;
}

test("a download over a bad line and a redirect gives the file's bytes, hash and all", async () => {
  const faults: readonly Fault[] = [
    { kind: "none" },
    { kind: "lost" },
    { kind: "status", status: 503 },
    { kind: "none" },
    { kind: "cut", after: 100 },
    { kind: "status", status: 429, retryAfter: "0" },
    { kind: "cut", after: 0 },
    { kind: "none" },
  ];
  hub = await startHubHost(files, { fault: ({ count }) => faults[count % faults.length] ?? { kind: "none" } });
  const source = await urlSource(hub.file(file), { wait: noWait, pieceBytes: 4096 });
  expect(source).toMatchObject({ size: bytes.length, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
  const checked = await streamedSource(source, source);
  expect(await filesOf(checked)).toEqual(await filesOf(blobSource(new Blob([bytes]), file)));
  await checked.check();
  expect(hub.requests.length).toBeGreaterThan(8);
});

test("a file that changes at the host is noticed", async () => {
  hub = await startHubHost(files);
  const source = await urlSource(hub.file(file), { wait: noWait, pieceBytes: 4096 });
  await source.read(0, 10);
  const changed = bytes.slice();
  changed[9000] = (changed[9000] ?? 0) ^ 1;
  hub.change(file, changed);
  await expect(source.read(9000, 10)).rejects.toThrow("changed while it was being read");
  expect((await urlSource(hub.file(file))).identity).not.toBe(source.identity);
});

test("a private file needs its token", async () => {
  hub = await startHubHost(files, { token: "secret" });
  await expect(urlSource(hub.file(file))).rejects.toThrow("needs an access token");
  await expect(urlSource(hub.file(file), { token: "wrong" })).rejects.toThrow("not open to you");
  expect((await urlSource(hub.file(file), { token: "secret" })).size).toBe(bytes.length);
});
