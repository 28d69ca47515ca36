import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { chromium } from "playwright";
import { createServer, defaultClientConditions } from "vite";
import { chromiumFlags, findChromium } from "../tools/find-browser.ts";
import { peakMemory } from "./memory.ts";
import { type BenchNetwork, networks } from "./networks.ts";
import type { Timing } from "./page.ts";
import { type Candidate, prepare } from "./prepare.ts";
import { findPython } from "./python.ts";

/**
 * `npm run bench [-- --only "Stage C tiny" --backend wasm|webgpu --runs N --webgpu-runs N]`: our graphs against the same networks exported from diffusers
 * by torch.onnx, in one run on WASM and WebGPU, each candidate in a fresh browser. $PYTHON names a Python with torch, diffusers, onnx, onnxscript,
 * onnxruntime. A software adapter takes a minute a step, so WebGPU runs once after the first.
 */
const { values } = parseArgs({
  options: {
    only: { type: "string" },
    backend: { type: "string" },
    runs: { type: "string", default: "10" },
    "webgpu-runs": { type: "string", default: "1" },
  },
});

const cache = join(import.meta.dirname, ".cache");
mkdirSync(cache, { recursive: true });
const python = findPython();
if ("reason" in python) console.log(`Exported graphs are left out: ${python.reason}.`);

const server = await createServer({
  configFile: false,
  root: import.meta.dirname,
  publicDir: cache,
  logLevel: "error",
  resolve: { conditions: ["onnxruntime-web-use-extern-wasm", ...defaultClientConditions] },
  optimizeDeps: { exclude: ["onnxruntime-web"] },
  server: {
    fs: { allow: [join(import.meta.dirname, "..")] },
    headers: { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" },
  },
});
await server.listen();
const url = `${server.resolvedUrls?.local[0]}page.html`;
const executablePath = await findChromium();

console.log(
  "| network | backend | graph | dispatches | create ms | first ms | step ms | median ms | page MB | GPU MB | cosine to our f32 |",
);
console.log("|---|---|---|---|---|---|---|---|---|---|---|");
for (const network of networks.filter(({ name }) => values.only === undefined || name === values.only)) {
  const candidates = await prepare(network, cache, "python" in python ? python.python : undefined);
  for (const backend of ["wasm", "webgpu"] as const) {
    if (values.backend !== undefined && values.backend !== backend) continue;
    let reference: readonly number[] | undefined;
    for (const { plain, ...candidate } of setups(candidates, backend)) {
      const { timing, memory } = await timed(network, candidate, backend, plain);
      reference ??= timing.output;
      const cells = [
        network.name,
        backend === "webgpu" ? `webgpu (${timing.attention})` : backend,
        `${candidate.maker} ${candidate.precision}${plain ? ", runtime's defaults" : ""}`,
        backend === "webgpu" ? timing.dispatches : "",
        ...[timing.createMs, timing.firstMs, timing.stepMs, timing.medianMs].map((ms) => ms.toFixed(0)),
        memory?.page ?? "?",
        memory?.gpu ?? "?",
        cosine(timing.output, reference).toFixed(5),
      ];
      console.log(`| ${cells.join(" | ")} |`);
    }
  }
}
await server.close();

/** What is timed: on WASM the exported graphs twice, in our build of the runtime with as many threads, and with all of the runtime's defaults. */
function setups(candidates: readonly Candidate[], backend: "wasm" | "webgpu"): (Candidate & { readonly plain: boolean })[] {
  return candidates.flatMap((candidate) =>
    (backend === "wasm" && candidate.maker === "exported" ? [false, true] : [false]).map((plain) => ({ ...candidate, plain })),
  );
}

async function timed(network: BenchNetwork, candidate: Candidate, backend: "wasm" | "webgpu", plain: boolean) {
  const browser = await chromium.launch({ executablePath, args: chromiumFlags });
  try {
    const page = await browser.newPage();
    await page.goto(url);
    const { maker, graph, data } = candidate;
    const runs = Number(backend === "wasm" ? values.runs : values["webgpu-runs"]);
    const job = { maker, graph, ...(data !== undefined && { data }), backend, plain, inputs: network.inputs, runs };
    await page.waitForFunction(() => "measure" in window);
    const timing: Timing = await page.evaluate((wanted) => window.measure(wanted), job);
    return { timing, memory: await peakMemory(browser) };
  } finally {
    await browser.close();
  }
}

function cosine(a: readonly number[], b: readonly number[]): number {
  const dot = (x: readonly number[], y: readonly number[]) => x.reduce((sum, value, i) => sum + value * (y[i] ?? 0), 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}
