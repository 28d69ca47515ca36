import { contrast, difference, type Rgb } from "../node-pictures.ts";
import type { PlainHost } from "../plain-host.ts";
import { Playground } from "../playground.ts";
import { DrivenPage, shownPixels } from "./driven-page.ts";
import { otherEngines } from "./launch.ts";
import { expect, test } from "./with-host.ts";

/** The page in the other engines that are installed here. Nothing is installed for it: what is missing is said and skipped. */

/** Mean difference of two pictures of the same settings, of 255: the same graphs in another engine's WebAssembly, up to rounding. */
const CLOSE = 2;
const PROMPT = "a fox on a white background";
const SEED = "7";
/** Few: the picture is compared, not judged. Of the model's own size, though: smaller ones it draws blank. */
const STEPS = { "Stage C steps": "6", "Stage B steps": "1" };
const OFFLINE = "a yellow star";

/** Chromium's picture. */
async function drawnByChromium(playground: Playground): Promise<Rgb> {
  const { page, prompt, seed, generate } = playground;
  await playground.open("?backend=wasm");
  await playground.setAdvanced(STEPS);
  await prompt.fill(PROMPT);
  await seed.fill(SEED);
  await generate.click();
  await playground.finished(PROMPT);
  const { bytes, ...size } = await page.evaluate(shownPixels, PROMPT);
  return { ...size, data: Buffer.from(bytes, "base64") };
}

/** The whole path of a visitor. */
async function visit(page: DrivenPage, host: PlainHost, name: string, expected: Rgb): Promise<void> {
  await test.step("opens, with threads, though the host sends no headers", () => page.visit(host.url));
  await test.step("draws Chromium's picture", async () => {
    await page.click("summary", "Advanced");
    for (const [label, steps] of Object.entries(STEPS)) await page.fill(label, steps);
    await page.fill("Prompt", PROMPT);
    await page.fill("Seed", SEED);
    await page.click("button", "Generate");
    const picture = await page.finished(PROMPT);
    expect(contrast(picture)).toBeGreaterThan(10);
    const mean = difference(picture, expected);
    console.log(`${name}: mean difference from Chromium's picture ${Number(mean.toPrecision(2))}/255`);
    expect(mean).toBeLessThanOrEqual(CLOSE);
  });
  await test.step("cancels", async () => {
    // More steps than are done before the button is pressed.
    await page.fill("Stage C steps", "200");
    await page.click("button", "Generate");
    await page.shows(/Stage C, step \d+ of 200/);
    await page.click("button", "Cancel");
    await expect.poll(() => page.find("button", "Cancel")).toBeUndefined();
    expect(await page.alerts()).toEqual([]);
    await page.get("image", PROMPT);
  });
  await test.step("says where the browser has no storage for models", async () => {
    const stores = await page.evaluate(() => typeof navigator.storage?.getDirectory === "function");
    await page.click("button", /^Models/);
    if (stores) await page.shows("Only the embedded model so far.");
    else
      await expect
        .poll(() => page.alerts())
        .toEqual([expect.stringMatching(/^This browser gives the page no storage for models: .* works without\.$/)]);
    await page.click("button", "Close");
  });
  await test.step("keeps the history over a reload, and draws without the network", async () => {
    await expect.poll(() => page.evaluate(() => navigator.serviceWorker.controller?.state)).toBe("activated");
    await host.stop();
    await page.open(host.url);
    await page.shows("million parameters");
    if (await page.evaluate(() => !("gpu" in navigator)))
      await page.shows("This browser has no WebGPU, so the processor draws, by WebAssembly.");
    await page.get("button", new RegExp(`^Show: ${PROMPT}`));
    await page.click("summary", "Advanced");
    await page.fill("Stage C steps", STEPS["Stage C steps"]);
    await page.fill("Prompt", OFFLINE);
    await page.click("button", "Generate");
    expect(contrast(await page.finished(OFFLINE))).toBeGreaterThan(10);
  });
}

for (const { name, found, launch } of otherEngines()) {
  test(`${name} draws Chromium's picture, cancels, keeps its history and works offline`, async ({ page, host }, info) => {
    console.log(`${name}: ${found}`);
    test.skip(launch === undefined, `${name}: ${found}`);
    const expected = await drawnByChromium(new Playground(page));
    await launch?.(info.outputPath("profile"), (session) => visit(new DrivenPage(session), host, name, expected));
  });
}
