import { readFileSync } from "node:fs";
import { defaultClientConditions, defineConfig, type Plugin } from "vite";

/**
 * What page and worker may do. No `unsafe-eval`: WebAssembly alone needs `wasm-unsafe-eval`. Nothing is fetched from elsewhere. A dedicated worker takes
 * its policy from its own response, so a host should send these as headers (public/_headers does, where it is read); the built page
 * carries the policy in a meta tag besides.
 */
const policy = [
  "default-src 'self'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "connect-src 'self'",
  "worker-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

/** Threads need a cross-origin isolated page. */
const isolation = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "Cross-Origin-Resource-Policy": "same-origin",
};

/** The policy as a meta tag, in the build only: Vite's development client needs inline styles and a socket. */
const policyInPage: Plugin = {
  name: "policy-in-page",
  apply: "build",
  transformIndexHtml: () => [
    { tag: "meta", attrs: { "http-equiv": "Content-Security-Policy", content: policy }, injectTo: "head-prepend" },
  ],
};

/** `_headers` for hosts that read one (Cloudflare Pages, Netlify), from the same values. */
const headersFile: Plugin = {
  name: "headers-file",
  apply: "build",
  generateBundle() {
    const lines = Object.entries({ ...isolation, "Content-Security-Policy": policy }).map(([name, value]) => `  ${name}: ${value}`);
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

const { version }: { version: string } = JSON.parse(readFileSync(new URL("package.json", import.meta.url), "utf8"));

export default defineConfig({
  base: "./",
  define: { __VERSION__: JSON.stringify(version) },
  // The runtime's builds that take their wasm from a URL of ours, instead of carrying their glue inside.
  resolve: { conditions: ["onnxruntime-web-use-extern-wasm", ...defaultClientConditions] },
  plugins: [oneRuntime, policyInPage, headersFile],
  worker: { format: "es", plugins: () => [oneRuntime] },
  optimizeDeps: { exclude: ["onnxruntime-web", "@huggingface/transformers"] },
  build: { target: "es2023", assetsInlineLimit: 0 },
  server: { headers: isolation },
  preview: { headers: { ...isolation, "Content-Security-Policy": policy } },
});
