import type { Page } from "@playwright/test";
import { expect, Playground, test } from "./playground.ts";

// The app's files are on this machine once the service worker has them; before that, and without one, nothing is opened ahead.
test.use({ serviceWorkers: "allow" });

const PARTS = ["text-encoder", "stage-c", "previewer", "stage-b", "stage-a"];

/** The networks the engine has opened, and when the last one was there (as Date.now counts). */
async function opened(page: Page): Promise<{ readonly parts: readonly string[]; readonly last: number }> {
  const [engine] = page.workers();
  if (engine === undefined) return { parts: [], last: 0 };
  return await engine.evaluate(() => {
    const measures = performance.getEntriesByType("measure").filter(({ name }) => name.startsWith("open "));
    const end = Math.max(0, ...measures.map(({ startTime, duration }) => startTime + duration));
    return { parts: measures.map(({ name }) => name.slice("open ".length)), last: performance.timeOrigin + end };
  });
}

const openedParts = (page: Page) => async () => (await opened(page)).parts;

/** How often the engine has run all its networks ahead. */
const runsAhead = (page: Page) => async () =>
  (await page.workers()[0]?.evaluate(() => performance.getEntriesByName("run ahead").length)) ?? 0;

/** Files of the model that came over the network for the page or its worker, and not for the service worker. */
function watchNetwork(page: Page): string[] {
  const files: string[] = [];
  page.context().on("response", (response) => {
    const { pathname } = new URL(response.url());
    if (/\.onnx(\.data)?$/.test(pathname) && response.request().serviceWorker() === null && !response.fromServiceWorker()) {
      files.push(pathname.replace(/.*\//, ""));
    }
  });
  return files;
}

test("the networks are open and have run once before Generate is pressed, nothing is downloaded for it, and the picture opens none", async ({
  playground,
}) => {
  const { page, prompt } = playground;
  const downloaded = watchNetwork(page);
  await playground.open("?backend=wasm");
  await prompt.fill("a star");
  await expect.poll(runsAhead(page)).toBe(1);
  expect((await opened(page)).parts).toEqual(PARTS);
  expect(downloaded).toEqual([]);
  const pressed = Date.now();
  expect((await opened(page)).last).toBeLessThan(pressed);
  await playground.setSmall();
  await prompt.press("Control+Enter");
  await playground.finished("a star");
  expect((await opened(page)).parts).toEqual(PARTS);
  expect(await runsAhead(page)()).toBe(1);
});

test("pressed at once, the picture takes over what is being opened, and nothing is opened twice", async ({ playground }) => {
  const { page, prompt } = playground;
  await playground.open("?backend=wasm");
  await page.evaluate(() => navigator.serviceWorker.ready);
  await playground.setSmall();
  await page.reload();
  await prompt.fill("a star");
  await prompt.press("Control+Enter");
  await playground.finished("a star");
  expect((await opened(page)).parts.toSorted()).toEqual(PARTS.toSorted());
});

test("another backend ends what was opened for the one before, and opens its own", async ({ playground }) => {
  const { page } = playground;
  await playground.open("?backend=wasm");
  await expect.poll(openedParts(page)).not.toEqual([]);
  const [before] = page.workers();
  const ended = before?.waitForEvent("close");
  await page.getByRole("group").filter({ hasText: "Advanced" }).getByText("Advanced").click();
  await page.getByRole("combobox", { name: "Backend" }).selectOption("auto");
  await ended;
  expect(page.workers()).not.toContain(before);
  await expect.poll(openedParts(page)).toEqual(PARTS);
});

test("a page that is not seen opens and runs nothing; the first picture of one that is comes sooner", async ({ playground, context }) => {
  const seconds = async (one: Playground): Promise<number> => {
    await one.setSmall();
    await one.prompt.fill("a star");
    const start = performance.now();
    await one.prompt.press("Control+Enter");
    await one.finished("a star");
    return (performance.now() - start) / 1000;
  };
  const { page } = playground;
  await playground.open("?backend=wasm");
  await expect.poll(runsAhead(page)).toBe(1);
  expect((await opened(page)).parts).toEqual(PARTS);
  const prepared = await seconds(playground);

  const hidden = await context.newPage();
  await hidden.addInitScript(() => Object.defineProperty(document, "visibilityState", { get: () => "hidden" }));
  await hidden.goto("./?backend=wasm");
  await expect(hidden.getByText("million parameters")).toBeVisible();
  await hidden.evaluate(() => navigator.serviceWorker.ready);
  expect((await opened(hidden)).parts).toEqual([]);
  expect(await runsAhead(hidden)()).toBe(0);
  const unprepared = await seconds(new Playground(hidden));
  console.log(
    `first small picture from the press: ${prepared.toFixed(2)} s, without what was opened and run ahead ${unprepared.toFixed(2)} s`,
  );
  expect(prepared).toBeLessThan(unprepared);
});
