import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build, preview } from "vite";

/** The test page of e2e/converter-page, built and served. */
export interface ConverterHost {
  readonly url: string;
  close(): Promise<void>;
}

/** Builds the page with the converter's own worker, as the app has it, and serves it on a free port. */
export async function converterHost(): Promise<ConverterHost> {
  const outDir = await mkdtemp(join(tmpdir(), "converter-page-"));
  const shared = { configFile: false, root: join(import.meta.dirname, "converter-page"), logLevel: "error" } as const;
  await build({ ...shared, worker: { format: "es" }, build: { outDir, target: "es2023", emptyOutDir: true } });
  const server = await preview({ ...shared, build: { outDir }, preview: { port: 0, host: "localhost" } });
  const url = server.resolvedUrls?.local[0];
  if (url === undefined) throw new Error("the converter's page has no address");
  return {
    url,
    async close() {
      await server.close();
      await rm(outDir, { recursive: true, force: true });
    },
  };
}
