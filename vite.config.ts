import { readFileSync } from "node:fs";
import { defaultClientConditions, defineConfig, type Plugin, type Rolldown } from "vite";
import { VitePWA } from "vite-plugin-pwa";
import { CONTENT_SECURITY_POLICY, ISOLATION_HEADERS, policyFor } from "./src/offline/security-headers.ts";

/** The policy as a meta tag, in the build only: Vite's development client needs inline styles and a socket. */
const policyInPage: Plugin = {
  name: "policy-in-page",
  apply: "build",
  transformIndexHtml: () => [
    { tag: "meta", attrs: { "http-equiv": "Content-Security-Policy", content: CONTENT_SECURITY_POLICY }, injectTo: "head-prepend" },
  ],
};

/** The policy as a header of the preview server, by address as the service worker gives it. */
const policyOfPreview: Plugin = {
  name: "policy-of-preview",
  configurePreviewServer({ middlewares }) {
    middlewares.use((request, response, next) => {
      response.setHeader("Content-Security-Policy", policyFor(request.url ?? "/"));
      next();
    });
  },
};

/**
 * `_headers` for hosts that read one (Cloudflare Pages, Netlify), from the same values. It can't look into an address, so the converter's worker gets its
 * hosts from the service worker alone; until that has taken the page (or where there is none) it reaches no model host, and says why.
 */
const headersFile: Plugin = {
  name: "headers-file",
  apply: "build",
  generateBundle() {
    const lines = Object.entries({ ...ISOLATION_HEADERS, "Content-Security-Policy": CONTENT_SECURITY_POLICY }).map(
      ([name, value]) => `  ${name}: ${value}`,
    );
    this.emitFile({ type: "asset", fileName: "_headers", source: `/*\n${lines.join("\n")}\n` });
  },
};

/**
 * @huggingface/transformers gives us its tokenizers alone, but imports onnxruntime-web for its models: without this a bundle would carry a
 * second copy of the runtime. What its module scope touches is an empty `env`.
 */
const oneRuntime: Plugin = {
  name: "one-runtime",
  enforce: "pre",
  resolveId: (source, importer) => (source.startsWith("onnxruntime-") && importer?.includes("@huggingface") ? "\0no-runtime" : null),
  load: (id) =>
    id === "\0no-runtime" ? "export const env = {}; export class Tensor {}; export class InferenceSession {}; export default {};" : null,
};

/**
 * The offline app: workers/service-worker.ts with the list of all files and their hashes. The largest is a build of the runtime (27 MB; of those
 * each browser takes what it loads). An update is offered by the page, so nothing here registers or reloads.
 */
const offline = VitePWA({
  strategies: "injectManifest",
  srcDir: "workers",
  filename: "service-worker.ts",
  registerType: "prompt",
  injectRegister: false,
  injectManifest: {
    globPatterns: ["**/*.{html,js,mjs,css,wasm,svg,png,json,onnx,data}"],
    maximumFileSizeToCacheInBytes: 32 * 2 ** 20,
    rollupFormat: "iife",
  },
  manifest: {
    name: "Cascade playground",
    short_name: "Cascade",
    description: "Stable Cascade in the browser: a prompt becomes a picture on your own device.",
    id: "./",
    start_url: "./",
    scope: "./",
    display: "standalone",
    theme_color: "#16191c",
    background_color: "#16191c",
    categories: ["graphics", "photo"],
    icons: [
      { src: "icons/icon-192.png", sizes: "192x192", type: "image/png" },
      { src: "icons/icon-512.png", sizes: "512x512", type: "image/png" },
      { src: "icons/icon-maskable-512.png", sizes: "512x512", type: "image/png", purpose: "maskable" },
    ],
  },
});

/**
 * All that a worker's entry imports, in a chunk beside it. Otherwise chunks that are loaded later import shared modules from the entry itself, which
 * WebKit then evaluates a second time, as Chromium does where the worker's address has a query: two services answer each message.
 */
const besideEntry: Rolldown.CodeSplittingGroup = {
  name: (id, chunking) => (chunking.getModuleInfo(id)?.isEntry === true ? null : "worker"),
  debugName: "worker",
  tags: ["$initial"],
};

const { version }: { version: string } = JSON.parse(readFileSync(new URL("package.json", import.meta.url), "utf8"));

export default defineConfig({
  base: "./",
  define: { __VERSION__: JSON.stringify(version) },
  // The runtime's builds that take their wasm from a URL of ours, instead of carrying their glue inside.
  resolve: { conditions: ["onnxruntime-web-use-extern-wasm", ...defaultClientConditions] },
  plugins: [oneRuntime, policyInPage, policyOfPreview, headersFile, offline],
  worker: { format: "es", plugins: () => [oneRuntime], rolldownOptions: { output: { codeSplitting: { groups: [besideEntry] } } } },
  optimizeDeps: { exclude: ["onnxruntime-web", "@huggingface/transformers"] },
  build: { target: "es2023", assetsInlineLimit: 0 },
  server: { headers: ISOLATION_HEADERS },
  preview: { headers: ISOLATION_HEADERS },
});
