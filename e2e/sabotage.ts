import type { Page } from "@playwright/test";

/** Has the engine's worker run `prelude` before its own script, in every worker that starts from now on. */
export async function sabotageWorker(page: Page, prelude: string): Promise<void> {
  await page.route(/\/assets\/cascade-[\w-]+\.js$/, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: `{ ${prelude} }\n${await response.text()}` });
  });
}

/** The worker runs as it is again. */
export async function repairWorker(page: Page): Promise<void> {
  await page.unroute(/\/assets\/cascade-[\w-]+\.js$/);
}

/** Makes a GPU in software look like a real one to the worker: it is then chosen by itself, and networks are run ahead on it. */
export async function disguiseGpu(page: Page): Promise<void> {
  await sabotageWorker(
    page,
    `const info = { vendor: "acme", architecture: "real", device: "", description: "", isFallbackAdapter: false };
     Object.defineProperty(GPUAdapter.prototype, "info", { get: () => info });
     Object.defineProperty(GPUDevice.prototype, "adapterInfo", { get: () => info });`,
  );
}
