import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, resolve, sep } from "node:path";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".css": "text/css",
  ".json": "application/json",
  ".webmanifest": "application/manifest+json",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".wasm": "application/wasm",
};

export interface PlainHost {
  /** The app's address: in a folder, as on GitHub Pages. */
  readonly url: string;
  /** Serves another service worker from now on: a new version of the app. */
  release(): void;
  /** Ends the server and every connection. */
  stop(): Promise<void>;
}

const FOLDER = "/app/";

/** The built app on a host that sends files and nothing else: neither isolation nor a policy. */
export async function plainHost(): Promise<PlainHost> {
  const root = resolve(import.meta.dirname, "../dist");
  let version = 0;
  const server = createServer(async ({ url = "" }, response) => {
    const path = new URL(url, "http://host").pathname;
    const file = join(root, path === FOLDER ? "index.html" : path.slice(FOLDER.length));
    const found = path.startsWith(FOLDER) && file.startsWith(root + sep) ? await stat(file).catch(() => undefined) : undefined;
    if (!found?.isFile()) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { "Content-Type": TYPES[extname(file)] ?? "application/octet-stream", "Cache-Control": "no-cache" });
    if (file.endsWith("service-worker.js")) response.write(`// version ${version}\n`);
    createReadStream(file).pipe(response);
  });
  await new Promise<void>((done) => server.listen(0, "localhost", done));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://localhost:${port}${FOLDER}`,
    release() {
      version++;
    },
    async stop() {
      server.closeAllConnections();
      await new Promise<void>((done) => server.close(() => done()));
    },
  };
}
