import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import asc from "assemblyscript/asc";

const folder = join(import.meta.dirname, "../src/convert/kernel");
const OUT = join(folder, "kernel-wasm.ts");

/** Compiles the quantizer's AssemblyScript to a WebAssembly module; the same source gives the same bytes. */
export async function compileKernel(): Promise<Uint8Array> {
  const source = await readFile(join(folder, "quantize.as"), "utf8");
  let wasm: Uint8Array | undefined;
  const options = ["--optimizeLevel", "3", "--shrinkLevel", "0", "--noAssert", "--runtime", "stub", "--enable", "simd"];
  const { error, stderr } = await asc.main(["quantize.ts", "--outFile", "kernel.wasm", ...options], {
    readFile: (name) => (name === "quantize.ts" ? source : null),
    writeFile(_, contents) {
      if (typeof contents !== "string") wasm = contents;
    },
    listFiles: () => [],
  });
  if (error || wasm === undefined) throw new Error(`quantize.as does not compile: ${stderr.toString()}`);
  return wasm;
}

/** The TypeScript file that carries the module. */
export function kernelFile(wasm: Uint8Array): string {
  return `/** Made from quantize.as by \`npm run build:kernel\`; a test compares the two. */\nexport const KERNEL =\n  "${Buffer.from(wasm).toString("base64")}";\n`;
}

if (process.argv[1] === import.meta.filename) await writeFile(OUT, kernelFile(await compileKernel()));
