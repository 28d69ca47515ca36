import { readFile } from "node:fs/promises";
import { settingsIn } from "../src/png/settings-png.ts";
import { decodePng } from "./node-pictures.ts";
import { expect, test } from "./playground.ts";

test("a comparison draws each pair of values and becomes one labelled picture with its settings", async ({ playground }) => {
  const { page, prompt } = playground;
  await playground.open("?backend=wasm");
  await playground.setSmall();
  await prompt.fill("a star");
  await page.getByText("Compare", { exact: true }).click();
  const draw = page.getByRole("button", { name: "Draw the comparison" });
  await expect(draw).toBeDisabled();
  await page.getByRole("textbox", { name: "Values of the columns" }).fill("7-8");
  await page.getByRole("combobox", { name: "Rows" }).selectOption("Seed");
  await expect(page.getByText("Columns and rows are the same")).toBeVisible();
  await page.getByRole("combobox", { name: "Rows" }).selectOption("Prompts");
  await page.getByRole("textbox", { name: "Values of the rows" }).fill("a red heart\na blue circle");
  await expect(page.getByText("4 pictures, and a sheet of them")).toBeVisible();
  await playground.pauseAt(/^Stage C, step/);
  await draw.click();
  await expect(page.getByRole("list", { name: "Waiting pictures" }).getByRole("listitem").last()).toHaveText(/a blue circle, seed 8/);
  await playground.resume();
  const sheet = page.getByRole("img", { name: "Comparison by Seed × Prompts: a star", exact: true });
  await expect(sheet).toBeVisible({ timeout: 600_000 });
  await expect(page.getByRole("list", { name: "Earlier pictures" }).getByRole("button", { name: /^Show:/ })).toHaveCount(5);

  const download = page.waitForEvent("download");
  await playground.download.click();
  const file = await readFile(await (await download).path());
  const { width, height } = decodePng(file);
  expect(width).toBeGreaterThan(2 * 256);
  expect(height).toBeGreaterThan(2 * 256);
  await expect(sheet).toHaveJSProperty("naturalWidth", width);
  expect(await settingsIn(new Blob([file]))).toMatchObject({ settings: { prompt: "a star", width: 256, height: 256 } });
  const text = file.toString("latin1");
  expect(text).toContain('Script: X/Y/Z plot, X Type: Seed, X Values: "7, 8"');
  expect(text).toContain('Y Type: Prompt S/R, Y Values: "a red heart, a blue circle"');
  // What was typed for it is kept.
  await playground.open();
  await page.getByText("Compare", { exact: true }).click();
  await expect(page.getByRole("textbox", { name: "Values of the rows" })).toHaveValue("a red heart\na blue circle");
});

test("what is asked for while a sheet is made waits its turn, and a sheet that can't be made is said", async ({ playground }) => {
  const { page, prompt } = playground;
  // The sheet's pictures are made when the test lets them.
  await page.addInitScript(() => {
    const make = window.createImageBitmap.bind(window) as (...given: unknown[]) => Promise<ImageBitmap>;
    const sheet = { waits: false, go: (_works: boolean) => {} };
    const works = new Promise<boolean>((resolve) => {
      sheet.go = resolve;
    });
    Object.assign(window, {
      sheet,
      async createImageBitmap(...given: unknown[]) {
        if (typeof given[1] === "object") {
          sheet.waits = true;
          if (!(await works)) throw new Error("no room for a sheet");
        }
        return await make(...given);
      },
    });
  });
  const sheet = () => page.evaluate(() => (window as unknown as { sheet: { waits: boolean } }).sheet.waits);
  await playground.open("?backend=wasm");
  await playground.setSmall();
  await prompt.fill("a star");
  await page.getByText("Compare", { exact: true }).click();
  await page.getByRole("textbox", { name: "Values of the columns" }).fill("7-8");
  await page.getByRole("button", { name: "Draw the comparison" }).click();
  await expect.poll(sheet).toBe(true);
  await prompt.fill("a heart");
  await prompt.press("Control+Enter");
  await expect(page.getByRole("list", { name: "Waiting pictures" }).getByRole("listitem")).toHaveText([/a heart/]);
  await page.evaluate(() => (window as unknown as { sheet: { go(works: boolean): void } }).sheet.go(false));
  await expect(page.getByRole("alert")).toHaveText(/no room for a sheet/);
  await prompt.press("Control+Enter");
  await playground.finished("a heart");
});
