import { playwright } from "@vitest/browser-playwright";
import { defaultClientConditions } from "vite";
import { defineConfig } from "vitest/config";
import { chromiumFlags, findChromium } from "./tools/find-browser.ts";

/** Unit and golden tests: `node` runs everywhere; `webgpu` runs *.webgpu.test.ts in Chromium on its (software) adapter. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "node",
          include: ["{src,tools,workers}/**/*.test.ts"],
          exclude: ["**/*.webgpu.test.ts"],
          environment: "node",
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        resolve: { conditions: ["onnxruntime-web-use-extern-wasm", ...defaultClientConditions] },
        // Found during a run, a dependency is bundled and the page reloaded under the tests.
        optimizeDeps: { exclude: ["onnxruntime-web"], include: ["@huggingface/transformers"] },
        // COOP/COEP: WASM threads need a cross-origin isolated page.
        server: { headers: { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" } },
        test: {
          name: "webgpu",
          include: ["src/**/*.webgpu.test.ts"],
          testTimeout: 300_000,
          hookTimeout: 120_000,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({ launchOptions: { executablePath: await findChromium(), args: chromiumFlags } }),
            instances: [{ browser: "chromium" }],
          },
        },
      },
    ],
  },
});
