import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { expect, test } from "vitest";

// Who may import whom (README's File guide). Cycles between files are the linter's business (noImportCycles); this holds the direction.
const allowed: Readonly<Record<string, readonly string[]>> = {
  shared: [],
  onnx: ["shared"],
  tokenizer: ["shared"],
  diffusion: ["shared"],
  models: ["onnx", "shared"],
  runtime: ["onnx", "shared"],
  convert: ["models", "onnx", "shared"],
  storage: ["convert", "runtime (types)", "shared"],
  pipeline: ["diffusion", "models", "runtime", "tokenizer", "shared"],
  // What the page reckons before anything starts: no storage, no network, no runtime.
  catalogue: ["convert (types)", "runtime (types)", "storage (types)", "shared"],
  client: ["convert (types)", "storage (types)", "pipeline (types)", "runtime (types)", "shared"],
  png: ["pipeline (types)", "shared"],
  gallery: ["pipeline (types)", "png", "shared"],
  offline: ["shared"],
  ui: ["catalogue", "client", "gallery", "offline (types)", "pipeline (types)", "png", "shared"],
  main: ["ui", "client", "offline", "shared"],
  workers: ["client", "offline", "pipeline", "convert", "runtime", "storage", "tokenizer", "shared"],
};

const root = resolve(import.meta.dirname, "..");
// `?worker&url` is an address, not code.
const statement = /(?:^|\n)\s*(import|export)\s+(type\s)?[^"';]*?from\s*"(\.[^"?]+)"|import\(\s*"(\.[^"]+)"\s*\)/g;

function layerOf(path: string): string {
  const [top, second = ""] = relative(root, path).split(/[\\/]/);
  return top === "src" ? second.replace(/\.ts$/, "") : (top ?? "");
}

function* sources(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (entry.isFile() && /(?<!\.test)\.ts$/.test(entry.name) && !entry.name.endsWith(".d.ts")) yield join(entry.parentPath, entry.name);
  }
}

/** Every import that goes against the table, as one line each. */
function violations(): string[] {
  const found: string[] = [];
  for (const file of [...sources(join(root, "src")), ...sources(join(root, "workers"))]) {
    const from = layerOf(file);
    for (const [, , typeOnly, fromClause, dynamic] of readFileSync(file, "utf8").matchAll(statement)) {
      const target = fromClause ?? dynamic;
      if (target === undefined) continue;
      const to = layerOf(resolve(dirname(file), target));
      const rules = allowed[from] ?? [];
      const ok = to === from || rules.includes(to) || (typeOnly !== undefined && rules.includes(`${to} (types)`));
      if (!ok) found.push(`${relative(root, file)} imports ${target}: ${from} must not import ${to}`);
    }
  }
  return found;
}

test("imports keep their direction", () => {
  expect([...sources(join(root, "src"))].length).toBeGreaterThan(5);
  expect(violations()).toEqual([]);
});
