import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { blobSource } from "../convert/byte-source.ts";
import { checkedSource } from "./check-source.ts";

const content = Uint8Array.from({ length: 1000 }, (_, i) => i % 251);
const sha256 = createHash("sha256").update(content).digest("hex");

test("a source read out of order, in part and twice is found to be the published one", async () => {
  const source = await checkedSource(blobSource(new Blob([content]), "x.safetensors"), sha256);
  for (const [offset, length] of [
    [0, 10],
    [500, 100],
    [5, 20],
    [25, 5],
    [0, 8],
  ] as const) {
    expect(await source.read(offset, length)).toEqual(content.slice(offset, offset + length));
  }
  expect(source.hashed).toBe(30);
  await source.check();
  expect(source.hashed).toBe(1000);
});

test("a flipped byte is found, wherever it is read", async () => {
  for (const at of [3, 700]) {
    const damaged = content.slice();
    damaged[at] = 255;
    const source = await checkedSource(blobSource(new Blob([damaged]), "x.safetensors"), sha256);
    await source.read(0, 100);
    await expect(source.check()).rejects.toMatchObject({
      code: "bad-checkpoint",
      message: expect.stringContaining("x.safetensors is not the file"),
    });
  }
});
