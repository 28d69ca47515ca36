import { defineConfig } from "@playwright/test";
import { chromiumFlags, findChromium } from "./tools/find-browser.ts";

const port = Number(process.env.E2E_PORT ?? 4173);

/** The built page in a real Chromium, with the embedded model and the headers a host should send. */
export default defineConfig({
  testDir: "e2e",
  // One at a time: the networks take all cores.
  workers: 1,
  timeout: 600_000,
  // Waiting costs nothing where it is not needed: a machine that does other work meanwhile needs minutes to load what a quiet one has in seconds.
  expect: { timeout: 180_000 },
  forbidOnly: process.env.CI !== undefined,
  reporter: "list",
  use: {
    baseURL: `http://localhost:${port}/`,
    viewport: { width: 1280, height: 800 },
    launchOptions: { executablePath: await findChromium(), args: chromiumFlags },
    // Each test would fetch the whole app twice; e2e/offline.spec.ts allows it.
    serviceWorkers: "block",
    trace: process.env.CASCADE_CUTS === undefined ? "retain-on-failure" : "off",
  },
  // The cuts have a page of their own.
  ...(process.env.CASCADE_CUTS === undefined && {
    webServer: {
      command: `npx vite build && npx vite preview --port ${port} --strictPort`,
      port,
      timeout: 120_000,
    },
  }),
});
