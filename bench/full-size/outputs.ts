import { execFileSync } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import type { PartName } from "../../src/shared/manifest.ts";
import { convertInNode } from "./convert-in-node.ts";

/** Converts each part at three precisions and runs it once in ONNX Runtime's CPU provider against the reference's outputs (float32, of the same weights). */
export async function compareOutputs(
  parts: readonly (readonly [PartName, string])[],
  expected: string,
  python: string,
  work: string,
): Promise<void> {
  console.log("| part | precision | output | relative error | cosine |");
  console.log("|---|---|---|---|---|");
  for (const [part, path] of parts) {
    const name = basename(path, ".safetensors");
    const reference = join(expected, `${name}.safetensors`);
    if (!existsSync(reference)) throw new Error(`${reference} does not exist`);
    for (const precision of ["f16", "q8", "q4"] as const) {
      const out = join(work, "converted", `${name}-${precision}`);
      rmSync(out, { recursive: true, force: true });
      await convertInNode(name, precision, [[part, path]], undefined, out);
      const said = execFileSync(python, [join(import.meta.dirname, "outputs.py"), join(out, `${part}.onnx`), reference]).toString();
      const found: Record<string, { error: number; cosine: number }> = JSON.parse(said);
      for (const [output, { error, cosine }] of Object.entries(found)) {
        console.log(`| ${name} | ${precision} | ${output} | ${error.toExponential(2)} | ${cosine.toFixed(7)} |`);
      }
      rmSync(out, { recursive: true });
    }
  }
}
