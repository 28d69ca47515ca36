import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build, type InlineConfig, mergeConfig, preview } from "vite";

/** A page of tests or benchmarks, built and served. */
export interface ServedPage {
  readonly url: string;
  close(): Promise<void>;
}

/** Builds the page of a folder, with workers as the app has them, and serves it on a free port. `config`: what it needs beside. */
export async function servePage(root: string, config: InlineConfig = {}): Promise<ServedPage> {
  const outDir = await mkdtemp(join(tmpdir(), "served-page-"));
  const whole = mergeConfig(
    {
      configFile: false,
      root,
      logLevel: "error",
      worker: { format: "es" },
      build: { outDir, target: "es2023", emptyOutDir: true },
      preview: { port: 0, host: "localhost" },
    } satisfies InlineConfig,
    config,
  );
  await build(whole);
  const server = await preview(whole);
  const url = server.resolvedUrls?.local[0];
  if (url === undefined) throw new Error(`the page of ${root} has no address`);
  return {
    url,
    async close() {
      await server.close();
      await rm(outDir, { recursive: true, force: true });
    },
  };
}
