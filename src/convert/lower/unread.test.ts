import { describe, expect, it } from "vitest";
import { type Made, Unread } from "./unread.ts";

/** Matrices whose values and scales are made together; what was made, in order. */
function matrices(most?: number) {
  const unread = new Unread(most);
  const made: string[] = [];
  let atWork = 0;
  const read = (name: string, length = name.startsWith("values") ? 80 : 10, begin = 0, end = length): Promise<Uint8Array> => {
    const matrix = name.slice(-1);
    return unread.read(name, begin, end, async (): Promise<Made> => {
      expect(++atWork).toBe(1);
      await Promise.resolve();
      atWork--;
      made.push(matrix);
      const of = (size: number) => Uint8Array.from({ length: size }, (_, i) => matrix.charCodeAt(0) + i);
      return new Map([
        [`values ${matrix}`, of(80)],
        [`scales ${matrix}`, of(10)],
      ]);
    });
  };
  return { read, made };
}

describe("what was made and not read yet", () => {
  it("is not made again, in whatever order it is asked for, and its bytes are right", async () => {
    const { read, made } = matrices();
    for (const name of ["scales a", "values b", "values c", "scales d", "scales c", "values a", "values d", "scales b"]) {
      const bytes = await read(name);
      expect([bytes.length, bytes[1]], name).toEqual([name.startsWith("values") ? 80 : 10, name.charCodeAt(7) + 1]);
    }
    expect(made).toEqual(["a", "b", "c", "d"]);
  });

  it("is read piece by piece, and waits until its last one", async () => {
    const { read, made } = matrices();
    const pieces = await Promise.all([0, 30, 60].map((begin) => read("values a", 80, begin, Math.min(80, begin + 30))));
    expect(pieces.map((piece) => [piece.length, piece[0]])).toEqual([
      [30, 97],
      [30, 127],
      [20, 157],
    ]);
    expect(made).toEqual(["a"]);
    await read("values a");
    expect(made).toEqual(["a", "a"]);
  });

  it("is dropped where it is too much, the longest first, and made again", async () => {
    const { read, made } = matrices(100);
    await read("scales a"); // leaves 80 bytes
    await read("values b"); // and 10
    await read("scales c"); // and 80, which is more than there is room for
    await read("values d"); // leaves 10, so one of a and c goes
    expect(made.splice(0)).toEqual(["a", "b", "c", "d"]);
    await Promise.all([read("scales b"), read("scales d")]);
    expect(made).toEqual([]);
    await Promise.all([read("values a"), read("values c")]);
    expect(made).toHaveLength(1);
  });

  it("is asked for again after it could not be made", async () => {
    const unread = new Unread();
    await expect(unread.read("values a", 0, 1, () => Promise.reject(new Error("no such file")))).rejects.toThrow("no such file");
    expect(await unread.read("values a", 0, 1, async () => new Map([["values a", Uint8Array.of(7)]]))).toEqual(Uint8Array.of(7));
    await expect(unread.read("values b", 0, 1, async () => new Map())).rejects.toThrow("values b was not made");
  });
});
