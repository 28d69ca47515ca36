import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as ort from "onnxruntime-web";
import { expect, test } from "vitest";
import { goldenFiles } from "../../fixtures/golden.ts";
import { fixtureFile } from "../../fixtures/read-safetensors.ts";
import { GraphBuilder } from "./builder.ts";
import { decomposeAttention } from "./decompose-attention.ts";
import { dim } from "./dim.ts";
import { add, mul } from "./ops/elementwise.ts";
import * as w from "./weight-expr.ts";
import { writeModel } from "./write.ts";

const parts = ["text-encoder", "stage-c", "stage-b", "stage-a", "previewer"] as const;

/** A Python with the onnx package, where there is one: ONNX_PYTHON, or python3. */
const python = [process.env.ONNX_PYTHON, "python3"].find((path) => {
  try {
    return (
      path !== undefined && execFileSync(path, ["-c", "import onnx; print('onnx')"], { encoding: "utf8", stdio: "pipe" }).includes("onnx")
    );
  } catch {
    return false;
  }
});

test("a file runs with its weights beside it", async () => {
  const graph = new GraphBuilder<"weight">("affine", () => ({ kind: "dense", dtype: "float32" }));
  const x = graph.input("x", "float32", [dim("batch"), 3]);
  const s = graph.root;
  const y = add(s, mul(s, x, s.dense("scale", w.tensor("scale", [3]), "weight")), s.float32([1, 2, 3]));
  const model = writeModel(graph.finish({ y }), () => ({ location: "affine.data", offset: 4, length: 12 }));
  const data = new Uint8Array(Float32Array.of(9, 10, 20, 30).buffer);
  const session = await ort.InferenceSession.create(model, { executionProviders: ["wasm"], externalData: [{ path: "affine.data", data }] });
  const { y: result } = await session.run({ x: new ort.Tensor("float32", Float32Array.of(1, 2, 3, 0, 0, 1), [2, 3]) });
  expect(result?.dims).toEqual([2, 3]);
  expect([...Float32Array.from(result?.data as Float32Array)]).toEqual([11, 42, 93, 1, 2, 33]);
  await session.release();
});

test.skipIf(python === undefined)(
  `onnx.checker accepts every network, in few bits and decomposed too (skipped where no Python has onnx)`,
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "onnx-"));
    try {
      for (const part of parts) {
        const files = await goldenFiles(part, fixtureFile, (_, role) => (role === "linear" ? "q4" : "f16"));
        for (const { path, data } of files.data) writeFileSync(join(folder, path), data);
        writeFileSync(join(folder, `${part}.onnx`), files.model);
        writeFileSync(join(folder, `${part}.decomposed.onnx`), decomposeAttention(files.model));
      }
      const script =
        "import onnx, glob, sys\nfor path in glob.glob(sys.argv[1] + '/*.onnx'): onnx.checker.check_model(path, full_check=True); print(path)";
      const checked = execFileSync(python ?? "", ["-c", script, folder], { encoding: "utf8" });
      expect(checked.trim().split("\n")).toHaveLength(2 * parts.length);
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
);
