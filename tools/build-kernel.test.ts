import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { compileKernel, kernelFile } from "./build-kernel.ts";

test("the quantizer's module is what its source compiles to", async () => {
  const kept = await readFile(join(import.meta.dirname, "../src/convert/kernel/kernel-wasm.ts"), "utf8");
  expect(kernelFile(await compileKernel())).toBe(kept);
});
