import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { quantizeFast, storedFloats, widen } from "../../src/convert/kernel/kernel.ts";
import { dequantizeRows } from "../../src/convert/quantize.ts";
import { openSafetensors } from "../../src/convert/safetensors.ts";
import { fromFloat16 } from "../../src/shared/float16.ts";
import { fileSource } from "../../tools/node-files.ts";

/** Matrices taken of a file, evenly spread. */
const TAKEN = 12;

interface Matrix {
  readonly weights: Float32Array;
  readonly rows: number;
  readonly k: number;
}

/** Compares our 4-bit quantizer's error with onnxruntime's own, on some of a file's matrices and on one of normal numbers. */
export async function compareScales(path: string, python: string, work: string): Promise<void> {
  report(`${path}, ${TAKEN} of its matrices`, await matricesOf(path), python, work);
  report("normal numbers", [{ weights: normal(1024 * 4096), rows: 1024, k: 4096 }], python, work);
}

function report(what: string, matrices: readonly Matrix[], python: string, work: string): void {
  const size = matrices.reduce((sum, { weights }) => sum + weights.reduce((squares, weight) => squares + weight ** 2, 0), 0);
  const relative = (squares: number) => Math.sqrt(squares / size).toFixed(4);
  const ours = (symmetric: boolean) => relative(matrices.reduce((sum, matrix) => sum + squaredError(matrix, symmetric), 0));
  const theirs = ofOnnxruntime(matrices, python, work);
  console.log(
    `4-bit error, ${what}: ours ${ours(true)} (blocks of 32; ${ours(false)} with zero points); ` +
      `onnxruntime's ${relative(theirs["128z"])} (its defaults: blocks of 128, zero points), ${relative(theirs["32"])} (blocks of 32), ` +
      `${relative(theirs["32z"])} (blocks of 32, zero points)`,
  );
}

async function matricesOf(path: string): Promise<Matrix[]> {
  const file = await openSafetensors(await fileSource(path));
  const all = [...file.tensors.values()].filter(
    ({ shape: [rows = 0, k = 0, ...rest] }) => rest.length === 0 && k % 128 === 0 && rows * k >= 2 ** 20,
  );
  const some = all.filter((_, i) => Math.floor((i * TAKEN) / all.length) > Math.floor(((i - 1) * TAKEN) / all.length));
  return Promise.all(
    some.map(async (tensor) => {
      const [rows = 0, k = 0] = tensor.shape;
      return { weights: widen(await file.read(tensor, 0, rows * k)), rows, k };
    }),
  );
}

function squaredError({ weights, rows, k }: Matrix, symmetric: boolean): number {
  const packed = quantizeFast(storedFloats(weights), k, { bits: 4, symmetric, scaleType: "float16" });
  if (typeof packed === "number") throw new Error("a weight is not finite");
  const restored = dequantizeRows({ ...packed, scales: fromFloat16(new Uint16Array(packed.scales.buffer)) }, rows, k, 4);
  return restored.reduce((sum, value, i) => sum + (value - (weights[i] ?? 0)) ** 2, 0);
}

function ofOnnxruntime(matrices: readonly Matrix[], python: string, work: string): { "128z": number; "32": number; "32z": number } {
  const folder = mkdtempSync(join(work, "scales-"));
  try {
    const list = matrices.map(({ weights, rows, k }, i) => {
      const path = join(folder, String(i));
      writeFileSync(path, weights);
      return { path, rows, k };
    });
    writeFileSync(join(folder, "list.json"), JSON.stringify(list));
    return JSON.parse(execFileSync(python, [join(import.meta.dirname, "scales.py"), join(folder, "list.json")]).toString());
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Box and Muller's, from a fixed seed. */
function normal(count: number): Float32Array<ArrayBuffer> {
  let state = 1;
  const uniform = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state + 0.5) / 2 ** 32;
  };
  return Float32Array.from({ length: count }, () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform()));
}
