import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { WeightExpr } from "../onnx/weight.ts";
import * as w from "../onnx/weight-expr.ts";
import { sizeOf } from "../shared/tensor.ts";
import { checkTensors, WeightReader } from "./evaluate.ts";
import { storedFloats } from "./kernel/kernel.ts";

/** A checkpoint whose every tensor counts up from a number of its own. */
const first: Readonly<Record<string, number>> = { a: 1, b: 100, v: 7 };
const checkpoint = {
  name: "test",
  shapes: new Map<string, readonly number[]>([
    ["a", [4, 6]],
    ["b", [3, 6]],
    ["v", [6]],
  ]),
  async read(key: string, start: number, count: number) {
    return storedFloats(Float32Array.from({ length: count }, (_, i) => (first[key] ?? 0) + start + i));
  },
};
const a = w.tensor("a", [4, 6]);
const b = w.tensor("b", [3, 6]);
const v = w.tensor("v", [6]);

async function all(expr: WeightExpr): Promise<number[]> {
  return [...(await new WeightReader(checkpoint).read(expr, 0, sizeOf(expr.shape)))];
}

describe("weight expressions", () => {
  it("evaluates every operation as numpy does", async () => {
    expect(await all(w.concat(a, b))).toEqual([...(await all(a)), ...(await all(b))]);
    expect(await all(w.slice(a, 1, 3))).toEqual((await all(a)).slice(6, 18));
    expect(await all(w.transpose(b, [1, 0]))).toEqual([0, 1, 2, 3, 4, 5].flatMap((c) => [0, 1, 2].map((r) => 100 + r * 6 + c)));
    expect(await all(w.add(v, v))).toEqual((await all(v)).map((x) => 2 * x));
    expect(await all(w.affine(v, 2, 1))).toEqual((await all(v)).map((x) => 2 * x + 1));
    expect(await all(w.rsqrt(v, 2))).toEqual((await all(v)).map((x) => Math.fround(1 / Math.sqrt(x + 2))));
    expect(await all(w.multiply(b, w.literal([1, 0, -1], [3, 1])))).toEqual(
      (await all(b)).map((x, i) => (x * (1 - Math.floor(i / 6))) | 0),
    );
    expect(await all(w.multiply(b, w.reshape(v, [1, 6])))).toEqual((await all(b)).map((x, i) => x * (7 + (i % 6))));
    const rows = [0, 1, 2, 3].map((r) => [0, 1, 2, 3, 4, 5].reduce((sum, c) => sum + (1 + r * 6 + c) * (7 + c), 0));
    expect(await all(w.matvec(a, v))).toEqual(rows);
  });

  it("permutes more than two axes", async () => {
    const x = w.reshape(a, [2, 3, 4]);
    const values = await all(w.transpose(x, [2, 0, 1]));
    for (let i = 0; i < 2; i++)
      for (let j = 0; j < 3; j++) for (let k = 0; k < 4; k++) expect(values[k * 6 + i * 3 + j]).toBe(1 + i * 12 + j * 4 + k);
  });

  it("gives the same numbers by any range as whole", async () => {
    const nested = w.concat(w.transpose(w.reshape(w.concat(a, b), [6, 7]), [1, 0]), w.reshape(w.multiply(a, w.reshape(v, [1, 6])), [4, 6]));
    const exprs = [
      nested,
      w.slice(nested, 2, 9),
      w.affine(nested, -1, 3),
      w.matvec(nested, v),
      w.add(nested, w.transpose(w.transpose(nested, [1, 0]), [1, 0])),
    ];
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...exprs), fc.nat(), fc.nat(), async (expr, from, length) => {
        const size = sizeOf(expr.shape);
        const start = from % size;
        const count = 1 + (length % (size - start));
        const range = await new WeightReader(checkpoint).read(expr, start, count);
        expect([...range]).toEqual((await all(expr)).slice(start, start + count));
      }),
    );
  });

  it("says which tensor is missing or has another shape", () => {
    expect(() => checkTensors(w.concat(a, w.tensor("c", [1, 6])), checkpoint)).toThrow('test lacks the tensor "c"');
    expect(() => checkTensors(w.tensor("a", [6, 4]), checkpoint)).toThrow(
      'test: tensor "a" has the shape [4, 6]; the network needs [6, 4].',
    );
    expect(() => checkTensors(w.matvec(a, v), checkpoint)).not.toThrow();
  });
});
