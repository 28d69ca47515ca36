import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Engine } from "../../src/runtime/engine.ts";
import { nodeFolder } from "../../src/runtime/node-folder.ts";
import { loadOrtForNode } from "../../src/runtime/ort-node.ts";
import { createRuntime } from "../../src/runtime/runtime.ts";
import { parseManifest } from "../../src/shared/parse-manifest.ts";
import { openBrowser, serveBenchPage } from "./browser.ts";
import { inputsOf } from "./inputs.ts";
import type { ModelName } from "./models.ts";
import type { fullSize as FullSize } from "./page/main.ts";
import type { NetworkInput } from "./page/protocol.ts";

declare const window: { readonly fullSize: typeof FullSize };

const PARTS = ["text-encoder", "stage-c", "stage-b", "stage-a"] as const;
export type SessionPart = (typeof PARTS)[number];

/** Milliseconds after which it is said, again and again, what a session that is not there yet is at. */
const TOLD_EVERY = 120_000;

/**
 * Imports the folder that the step `convert` wrote, loads its parts on WebGPU from the browser's storage, each in a fresh browser, and prints times and memory. With `evaluate`
 * each is run once, and compared with WASM in Node on the same files.
 */
export async function measureSessions(model: ModelName, work: string, evaluate: boolean, only?: SessionPart): Promise<void> {
  const id = `${model}-q4`;
  const folder = join(work, "converted", id);
  if (!existsSync(join(folder, "cascade.json"))) throw new Error(`${folder} is not there: run the step convert first`);
  const server = await serveBenchPage();
  try {
    // Storage is an origin's, and the page's port is another one each time.
    const first = await openBrowser(server.url, join(work, "profile"));
    await first.page.getByLabel("Files").setInputFiles(readdirSync(folder).map((file) => join(folder, file)));
    await first.page.evaluate((given) => window.fullSize.import(given), id);
    await first.close();
    for (const part of only === undefined ? PARTS : [only]) {
      const browser = await openBrowser(server.url, join(work, "profile"));
      try {
        const { page } = browser;
        const asking = setInterval(
          async () => console.log(`  ${part} is at ${await page.evaluate(() => window.fullSize.phase())}`),
          TOLD_EVERY,
        );
        const created = await page
          .evaluate(([...given]) => window.fullSize.open(...given), [id, part] as const)
          .finally(() => clearInterval(asking));
        const heap = await page.evaluate(() => window.fullSize.memory());
        const peak = await browser.usage();
        console.log(
          `${part}: session on WebGPU in ${(created / 1000).toFixed(1)} s; page and workers ${(heap / 1e6).toFixed(0)} MB by measureUserAgentSpecificMemory, ` +
            `peak resident ${peak?.page.toFixed(0) ?? "?"} MB in the page's process, ${peak?.gpu.toFixed(0) ?? "?"} MB in the GPU's`,
        );
        if (!evaluate) continue;
        const inputs = inputsOf(part);
        const { milliseconds, reason, outputs } = await page.evaluate((given) => window.fullSize.run(given), inputs);
        const expected = await onProcessor(folder, part, inputs);
        for (const [name, values] of Object.entries(outputs)) {
          console.log(
            `  ${name}: one evaluation in ${(milliseconds / 1000).toFixed(0)} s, relative error to WASM ${relative(values, expected[name] ?? []).toExponential(1)} (${reason})`,
          );
        }
      } finally {
        await browser.close();
      }
    }
  } finally {
    rmSync(join(work, "profile"), { recursive: true, force: true });
    await server.close();
  }
}

async function onProcessor(directory: string, part: SessionPart, inputs: Readonly<Record<string, NetworkInput>>) {
  const folder = nodeFolder(directory);
  const manifest = parseManifest(await (await folder.read("cascade.json")).text());
  const runtime = createRuntime(Engine.onWasm(await loadOrtForNode()), folder, manifest, { backend: "wasm", reason: "", tight: true });
  const network = await runtime.open(part);
  const outputs = await network.run(
    Object.fromEntries(
      Object.entries(inputs).map(([name, { type, data, dims }]) => [
        name,
        type === "float32" ? { data: Float32Array.from(data), dims } : { data: BigInt64Array.from(data, BigInt), dims },
      ]),
    ),
  );
  await network.release();
  await runtime.dispose();
  return Object.fromEntries(Object.entries(outputs).map(([name, { data }]) => [name, data]));
}

function relative(values: readonly number[], expected: ArrayLike<number>): number {
  let error = 0;
  let size = 0;
  for (const [i, value] of values.entries()) {
    error += (value - (expected[i] ?? Number.NaN)) ** 2;
    size += (expected[i] ?? Number.NaN) ** 2;
  }
  return Math.sqrt(error / size);
}
