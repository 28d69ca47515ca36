import type { Page } from "@playwright/test";
import { type PlainHost, plainHost } from "./plain-host.ts";
import { test as base, expect, Playground } from "./playground.ts";

// A host of its own for each test, so that its end is the network's.
const test = base.extend<{ host: PlainHost }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixtures wanted from the pattern.
  host: async ({}, use) => {
    const host = await plainHost();
    await use(host);
    await host.stop();
  },
});
test.use({ serviceWorkers: "allow" });

/** Opens the app and waits until the service worker has everything and the page is its. */
async function visit(page: Page, host: PlainHost): Promise<void> {
  await page.goto(host.url);
  await page.waitForFunction(() => crossOriginIsolated, undefined, { timeout: 180_000 });
  await expect(page.getByText("million parameters")).toBeVisible();
}

test("a host that sends no headers gets an isolated page, with threads, after one reload", async ({ page, host }) => {
  const loads: string[] = [];
  page.on("load", () => loads.push(page.url()));
  const first = await page.goto(host.url);
  expect(first?.headers()["cross-origin-embedder-policy"]).toBeUndefined();
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(false);
  await visit(page, host);
  // The worker is isolated, too: only then has it shared memory.
  const [worker] = page.workers();
  expect(await worker?.evaluate(() => crossOriginIsolated)).toBe(true);
  // What was typed meanwhile is kept, and it does not reload again.
  expect(loads.length).toBeLessThanOrEqual(3);
  const before = loads.length;
  await page.reload();
  await expect(page.getByText("million parameters")).toBeVisible();
  expect(loads.length).toBe(before + 1);
});

test("after one visit a picture is drawn with the network off", async ({ page, host, context }) => {
  await visit(page, host);
  const kept = await page.evaluate(async () => {
    const opened = await Promise.all((await caches.keys()).map((name) => caches.open(name)));
    const requests = await Promise.all(opened.map(async (cache) => (await cache.keys()).map((request) => ({ cache, request }))));
    return await Promise.all(
      requests.flat().map(async ({ cache, request }) => ({
        path: new URL(request.url).pathname,
        bytes: (await (await cache.match(request))?.blob())?.size ?? 0,
      })),
    );
  });
  const megabytes = kept.reduce((sum, { bytes }) => sum + bytes, 0) / 1e6;
  console.log(`kept for use offline: ${kept.length} files, ${megabytes.toFixed(1)} MB`);
  // One build of the runtime for WebGPU, not both, and the CPU's: docs/figures.md.
  expect(kept.filter(({ path }) => path.endsWith(".wasm"))).toHaveLength(2);
  expect(megabytes).toBeLessThan(60);
  await host.stop();
  await context.setOffline(true);
  await page.goto(`${host.url}?backend=wasm`);
  const playground = new Playground(page);
  await expect(page.getByText("million parameters")).toBeVisible();
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
  await expect(page.getByText("Words this model knows")).toBeVisible();
  await playground.setSmall();
  await playground.prompt.fill("a star");
  await playground.generate.click();
  await playground.finished("a star");
});

test("a new version is offered, not taken, and not while a picture is made", async ({ page, host }) => {
  await visit(page, host);
  const playground = new Playground(page);
  const update = page.getByRole("button", { name: "Update and reload" });
  await expect(update).toBeHidden();
  await playground.prompt.fill("a star");
  await playground.startAndPauseAt(/^(Loading )?Stage C/);
  host.release();
  await page.evaluate(async () => void (await (await navigator.serviceWorker.ready).update()));
  await expect(page.getByText("A new version of this page is ready.")).toBeVisible();
  await expect(playground.cancel).toBeVisible();
  await expect(update).toBeHidden();
  await page.keyboard.press("Escape");
  await expect(update).toBeVisible();
  const reloaded = page.waitForEvent("load");
  await update.click();
  await reloaded;
  await expect(playground.prompt).toHaveValue("a star");
  await expect(page.getByText("A new version of this page is ready.")).toBeHidden();
});

test("a tab that draws is not reloaded by another tab's update, and finishes its picture", async ({ page, host, context }) => {
  await visit(page, host);
  const drawing = new Playground(page);
  await drawing.setSmall();
  await drawing.prompt.fill("a star");
  const other = await context.newPage();
  await visit(other, host);
  await drawing.startAndPauseAt(/^Stage C, step/);
  host.release();
  await other.evaluate(async () => void (await (await navigator.serviceWorker.ready).update()));
  const reloaded = other.waitForEvent("load");
  await other.getByRole("button", { name: "Update and reload" }).click();
  await reloaded;
  await expect(page.getByText("A new version of this page is ready.")).toBeVisible();
  await drawing.resume();
  await drawing.finished("a star");
  await page.getByRole("button", { name: "Update and reload" }).click();
  await expect(page.getByRole("button", { name: /^Show: a star/ })).toBeVisible();
});

test("the app can be installed: a manifest with its name, place and icons that exist", async ({ page, host }) => {
  await page.goto(host.url);
  const link = await page.locator("link[rel=manifest]").getAttribute("href");
  const url = new URL(link ?? "no manifest", host.url);
  const manifest = await (await page.request.get(url.href)).json();
  expect(manifest).toMatchObject({ name: "Cascade playground", display: "standalone", start_url: "./", scope: "./" });
  expect(manifest.icons.map((icon: { sizes: string }) => icon.sizes)).toEqual(expect.arrayContaining(["192x192", "512x512"]));
  for (const icon of manifest.icons) expect((await page.request.get(new URL(icon.src, url).href)).status()).toBe(200);
});
