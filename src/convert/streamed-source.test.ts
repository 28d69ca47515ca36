import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { type ByteSource, blobSource } from "./byte-source.ts";
import { streamedSource } from "./streamed-source.ts";

const content = Uint8Array.from({ length: 1000 }, (_, i) => i % 251);
const sha256 = createHash("sha256").update(content).digest("hex");

/** A source, and the spans that were asked of it. */
function watched(bytes = content) {
  const asked: string[] = [];
  const blob = blobSource(new Blob([bytes]), "x.safetensors");
  const source: ByteSource = {
    ...blob,
    async read(offset, length, signal) {
      asked.push(`${offset}-${offset + length}`);
      return blob.read(offset, length, signal);
    },
  };
  return { asked, source };
}

describe("a source read front to back", () => {
  test("asks for each byte once, keeping what is needed again until it is dropped", async () => {
    const { asked, source } = watched();
    const streamed = await streamedSource(source, { sha256 });
    streamed.stream?.need(100, 200);
    streamed.stream?.need(300, 400);
    streamed.stream?.need(100, 200);
    expect(await streamed.read(100, 50)).toEqual(content.slice(100, 150));
    expect(await streamed.read(150, 50)).toEqual(content.slice(150, 200));
    streamed.stream?.drop(100, 200);
    expect(await streamed.read(300, 100)).toEqual(content.slice(300, 400));
    expect(await streamed.read(110, 80)).toEqual(content.slice(110, 190));
    await streamed.check();
    expect(asked).toEqual(["0-100", "100-150", "150-200", "200-300", "300-400", "400-1000"]);
    // What was dropped as often as it was needed is asked for again.
    streamed.stream?.drop(100, 200);
    expect(await streamed.read(110, 10)).toEqual(content.slice(110, 120));
    expect(asked.at(-1)).toBe("110-120");
  });

  test("leaves out what nobody needs where nothing is hashed", async () => {
    const { asked, source } = watched();
    const streamed = await streamedSource(source);
    streamed.stream?.need(500, 600);
    await streamed.read(500, 100);
    await streamed.check();
    expect(asked).toEqual(["500-600"]);
  });

  test("asks again for what there was no room to keep", async () => {
    const { asked, source } = watched();
    const streamed = await streamedSource(source, { sha256, keptBytes: 150 });
    for (const begin of [0, 100]) streamed.stream?.need(begin, begin + 100);
    await streamed.read(0, 200);
    expect(await streamed.read(0, 100)).toEqual(content.slice(0, 100));
    expect(await streamed.read(100, 100)).toEqual(content.slice(100, 200));
    expect(asked).toEqual(["0-200", "100-200"]);
  });

  test("goes on where an earlier run stopped, with its hash", async () => {
    const first = await streamedSource(watched().source, { sha256 });
    await first.read(0, 640);
    const state = first.stream?.state();
    if (state === undefined) throw new Error("no state");
    const { asked, source } = watched();
    const second = await streamedSource(source, { sha256 });
    await second.read(0, 8); // a header, read before it is known where to go on
    second.stream?.resume(state);
    expect(await second.read(600, 20)).toEqual(content.slice(600, 620));
    await second.check();
    expect(asked).toEqual(["0-8", "600-620", "640-1000"]);
  });

  test.each([3, 700])("finds a flipped byte at %i", async (at) => {
    const damaged = content.slice();
    damaged[at] = 255;
    const streamed = await streamedSource(watched(damaged).source, { sha256 });
    await streamed.read(0, 100);
    await expect(streamed.check()).rejects.toMatchObject({
      code: "bad-checkpoint",
      message: expect.stringContaining("x.safetensors is not the file"),
    });
  });
});
