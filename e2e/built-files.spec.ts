import { readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { expect, test } from "@playwright/test";
import { parseAst } from "vite";

/**
 * WebKit evaluates a worker's entry a second time when a chunk imports from it, and so does every browser where the entry's address has a query (the
 * converter's): two services then answer each message. So entries export nothing, and nothing imports them back.
 */

interface Chunk {
  readonly imports: readonly string[];
  readonly exports: number;
  /** The scripts whose addresses it makes (`new URL(…)`): it starts them. */
  readonly starts: readonly string[];
}

interface Node {
  readonly type: string;
  readonly [key: string]: unknown;
}

const assets = readdirSync("dist/assets").filter((name) => /\.m?js$/.test(name));
const chunks = new Map(assets.map((name) => [name, readChunk(readFileSync(`dist/assets/${name}`, "utf8"))]));
const pages = [...readFileSync("dist/index.html", "utf8").matchAll(/<script [^>]*src="([^"]+)"/g)].map(([, src = ""]) => basename(src));
const workers = [...chunks.values()].flatMap(({ starts }) => starts).filter((name) => name.endsWith(".js"));

test("the entries of the page and of both workers are found", () => {
  expect(pages.map(stem)).toEqual(["index"]);
  expect([...new Set(workers.map(stem))].sort()).toEqual(["cascade", "convert"]);
});

test("no chunk imports an entry, and no entry exports anything", () => {
  for (const entry of [...pages, ...workers]) {
    expect(chunks.get(entry)?.exports, `exports of ${entry}`).toBe(0);
    const importers = [...chunks].filter(([, { imports }]) => imports.includes(entry)).map(([name]) => name);
    expect(importers, `what imports ${entry}`).toEqual([]);
  }
});

function stem(name: string): string {
  return name.replace(/-[\w-]{8}\.js$/, "");
}

function readChunk(code: string): Chunk {
  const imports: string[] = [];
  const starts: string[] = [];
  let exports = 0;
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) for (const each of node) visit(each);
    if (!isNode(node)) return;
    const imported = /^(Import|Export)/.test(node.type) ? scriptName(node.source) : undefined;
    if (imported !== undefined) imports.push(imported);
    const started = node.type === "NewExpression" ? scriptName((node.arguments as unknown[])[0]) : undefined;
    if (started !== undefined) starts.push(started);
    if (node.type.startsWith("Export")) exports++;
    for (const child of Object.values(node)) visit(child);
  };
  visit(parseAst(code).body);
  return { imports, exports, starts };
}

/** The built script that a string or a template without holes names. */
function scriptName(node: unknown): string | undefined {
  if (!isNode(node)) return undefined;
  const [quasi] = node.type === "TemplateLiteral" ? (node.quasis as { value: { cooked: string } }[]) : [];
  const text = quasi?.value.cooked ?? node.value;
  return typeof text === "string" && assets.includes(basename(text)) ? basename(text) : undefined;
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && typeof (value as Node).type === "string";
}
