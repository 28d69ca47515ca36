import { readFileSync, rmSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import type { CascadeManifest, PartName } from "../../src/shared/manifest.ts";
import { openBrowser, serveBenchPage } from "./browser.ts";
import { convertInNode } from "./convert-in-node.ts";
import { type ModelName, TOKENIZER } from "./models.ts";
import type { fullSize as FullSize } from "./page/main.ts";

declare const window: { readonly fullSize: typeof FullSize };

/** Converts a model's files at 4 bits by the command line and in a browser, beside a plain copy of the same files into the same storage, and prints what came of it. */
export async function measureConversion(model: ModelName, parts: readonly (readonly [PartName, string])[], work: string): Promise<void> {
  const id = `${model}-q4`;
  const out = join(work, "converted", id);
  rmSync(out, { recursive: true, force: true });
  const bytes = new Map(parts.map(([part, path]) => [part, statSync(path).size]));
  const total = [...bytes.values()].reduce((sum, size) => sum + size, 0);
  const rate = (size: number, milliseconds: number) => `${(size / 1e3 / milliseconds).toFixed(0)} MB/s`;

  const node = await convertInNode(id, "q4", parts, TOKENIZER[0], out);
  const json = readFileSync(join(out, "cascade.json"), "utf8");
  console.log(`${model}, ${(total / 1e9).toFixed(2)} GB of bfloat16, to 4 bits`);
  console.log(`command line: ${node.seconds.toFixed(0)} s, ${rate(total, 1000 * node.seconds)}, peak memory ${node.peak.toFixed(0)} MB`);
  const manifest: CascadeManifest = JSON.parse(json);
  for (const [part, { data, parameters }] of Object.entries(manifest.parts)) {
    const stored = data.reduce((sum, { size }) => sum + size, 0);
    console.log(`  ${part}: ${(stored / 1e6).toFixed(0)} MB, ${(stored / parameters).toFixed(3)} bytes a parameter`);
  }

  const server = await serveBenchPage();
  const browser = await openBrowser(server.url, join(work, "profile"));
  try {
    const { page } = browser;
    const names = parts.map(([part, path]) => [part, basename(path)] as const);
    const tokenizer = TOKENIZER.map((path) => basename(path));
    await page.getByLabel("Files").setInputFiles([...parts.map(([, path]) => path), ...TOKENIZER]);
    let most = 0;
    const watching = setInterval(async () => {
      most = Math.max(most, (await browser.usage())?.page ?? 0);
    }, 2000);
    const seconds = async () => (await browser.usage())?.seconds ?? Number.NaN;
    const copy = async (): Promise<{ milliseconds: number; busy: number }> => {
      const start = await seconds();
      const milliseconds = await page.evaluate(
        (given) => window.fullSize.copy(given),
        names.map(([, name]) => name),
      );
      return { milliseconds, busy: (await seconds()) - start };
    };
    const before = await copy();
    const start = await browser.usage();
    const done = await page.evaluate(([...given]) => window.fullSize.convert(...given), [id, "q4", names, tokenizer] as const);
    const end = await browser.usage();
    clearInterval(watching);
    const verified = await page.evaluate((given) => window.fullSize.verify(given), id);
    const after = await copy();
    const copied = (before.milliseconds + after.milliseconds) / 2;
    for (const [when, { milliseconds, busy }] of [
      ["before", before],
      ["after", after],
    ] as const) {
      console.log(
        `browser, plain copy ${when}: ${(milliseconds / 1000).toFixed(0)} s, ${rate(total, milliseconds)}; ${busy.toFixed(0)} s of processor time`,
      );
    }
    console.log(
      `browser, conversion: ${(done.milliseconds / 1000).toFixed(0)} s, ${rate(total, done.milliseconds)}, ${(copied / done.milliseconds).toFixed(2)} of the copy's speed; ` +
        `${((end?.seconds ?? Number.NaN) - (start?.seconds ?? Number.NaN)).toFixed(0)} s of processor time; ` +
        `peak memory of the page's process ${Math.max(most, end?.page ?? 0).toFixed(0)} MB, the plain copy before included`,
    );
    for (const { part, milliseconds } of done.parts) console.log(`  ${part}: ${rate(bytes.get(part) ?? 0, milliseconds)}`);
    const same = `${JSON.stringify(JSON.parse(done.manifest), null, 1)}\n` === json && verified === 0;
    console.log(
      `  ${same ? "byte-identical" : "NOT THE SAME BYTES"}: SHA-256 of ${countFiles(manifest)} files in cascade.json, and of the stored bytes`,
    );
    if (!same) process.exitCode = 1;
  } finally {
    await browser.close();
    rmSync(join(work, "profile"), { recursive: true, force: true });
    await server.close();
  }
}

function countFiles({ parts, tokenizer }: CascadeManifest): number {
  return Object.values(parts).reduce((sum, { data }) => sum + 1 + data.length, tokenizer.files.length);
}
