import { readFile } from "node:fs/promises";
import { settingsIn } from "../src/png/settings-png.ts";
import { expect, type Playground, test } from "./playground.ts";

async function restoreFrom({ page }: Playground, png: Uint8Array): Promise<void> {
  const chooser = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: "Take settings from a picture" }).click();
  await (await chooser).setFiles({ name: "picture.png", mimeType: "image/png", buffer: Buffer.from(png) });
}

test("a batch draws consecutive seeds through a queue, and the history keeps its pictures, settings and marks", async ({
  playground,
  context,
  browser,
}) => {
  const { page, prompt, seed, generate, cancel } = playground;
  await playground.open("?backend=wasm");
  await playground.setSmall();
  await prompt.fill("a star");
  await seed.fill("7");
  await page.getByRole("textbox", { name: "Pictures" }).fill("3");
  await playground.startAndPauseAt(/^Stage C, step/);
  const waiting = page.getByRole("list", { name: "Waiting pictures" }).getByRole("listitem");
  await expect(waiting).toHaveText([/seed 8/, /seed 9/]);
  // Reordered and taken out by keyboard, the focus staying on the button.
  const earlier = page.getByRole("button", { name: "Earlier: a star, seed 9" });
  await earlier.focus();
  await page.keyboard.press("Enter");
  await expect(waiting).toHaveText([/seed 9/, /seed 8/]);
  await expect(earlier).toBeFocused();
  await page.getByRole("button", { name: "Remove: a star, seed 8" }).click();
  // Another prompt joins while one is drawn.
  await prompt.fill("a heart");
  await page.getByRole("textbox", { name: "Pictures" }).fill("");
  await page.getByRole("button", { name: "Add to queue" }).click();
  await expect(waiting).toHaveText([/a star, seed 9/, /a heart, seed 7/]);

  await page.getByRole("button", { name: "Remove: a star, seed 9" }).click();
  await expect(waiting).toHaveText([/a heart, seed 7/]);
  await playground.resume();
  await playground.finished("a heart");
  await expect(cancel).toBeHidden();
  await expect(generate).toBeVisible();
  const earlierPictures = page.getByRole("list", { name: "Earlier pictures" });
  const shown = earlierPictures.getByRole("button", { name: /^Show:/ });
  await expect(shown).toHaveCount(2);
  await page.getByRole("button", { name: "Favourite: a star, seed 7" }).click();

  // After a reload all is there, and found by its words.
  await playground.open("?backend=wasm");
  await expect(shown).toHaveCount(2);
  await page.getByRole("searchbox", { name: "Search history" }).fill("HEART 7");
  await expect(shown).toHaveCount(1);
  await page.getByRole("searchbox", { name: "Search history" }).fill("");
  await page.getByRole("button", { name: "Favourites", exact: true }).click();
  await expect(shown).toHaveCount(1);
  await shown.first().click();
  await expect(playground.picture("a star")).toBeVisible();
  await prompt.fill("something else");
  await seed.fill("");
  await page.getByRole("button", { name: "Use this seed" }).click();
  await expect(seed).toHaveValue("7");
  await expect(prompt).toHaveValue("something else");
  await page.getByRole("button", { name: "Use these settings" }).click();
  await expect(prompt).toHaveValue("a star");

  // Its link carries prompt and settings to another visitor, and nothing of the picture.
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.getByRole("button", { name: "Copy link" }).click();
  await expect(page.getByRole("status").filter({ hasText: "Link copied." })).toBeAttached();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  expect(link.length).toBeLessThan(200);
  const visitor = await (await browser.newContext()).newPage();
  await visitor.goto(link);
  await expect(visitor.getByRole("textbox", { name: "Prompt", exact: true })).toHaveValue("a star");
  await expect(visitor.getByRole("textbox", { name: "Seed" })).toHaveValue("7");
  await expect(visitor.getByText("256 × 256 pixels")).toBeVisible();
  await visitor.context().close();

  // The file carries its settings, and gives them back.
  const download = page.waitForEvent("download");
  await playground.download.click();
  const file = await readFile(await (await download).path());
  const text = file.toString("latin1");
  // What other tools read, and that a machine made it.
  expect(text).toContain("tEXtparameters\0a star\nSteps: 1, Sampler: ");
  expect(text).toContain("Model: mini q8,");
  expect(text).toContain("http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia");
  expect(await settingsIn(new Blob([file]))).toMatchObject({
    source: "Cascade playground",
    settings: { prompt: "a star", seed: 7, stageC: { steps: 1 }, stageB: { steps: 1 } },
  });
  await prompt.fill("");
  await seed.fill("");
  await restoreFrom(playground, file);
  await expect(page.getByText("Settings taken from Cascade playground.")).toBeVisible();
  await expect(prompt).toHaveValue("a star");
  await expect(seed).toHaveValue("7");

  await page.getByRole("button", { name: "Delete: a star, seed 7" }).click();
  await expect(page.getByText("No picture has these words.")).toBeVisible();
  await page.getByRole("button", { name: "Favourites", exact: true }).click();
  await expect(shown).toHaveCount(1);
});

test("a share link fills the form; presets, sampler and token counter follow", async ({ playground }) => {
  const { page, prompt, seed } = playground;
  await playground.open("?backend=wasm#v=1&prompt=a+fox&seed=42&size=896x1152&c=5,3,ddim&b=2,1,nonsense");
  await expect(prompt).toHaveValue("a fox");
  await expect(seed).toHaveValue("42");
  await expect(page.getByRole("radio", { name: "4:5" })).toBeChecked();
  await playground.setAdvanced({});
  await expect(page.getByRole("combobox", { name: "Stage C sampler" })).toHaveValue("ddim");
  await expect(page.getByRole("combobox", { name: "Stage B sampler" })).toHaveValue("");
  await expect(page).toHaveURL(/\?backend=wasm$/);

  const preset = page.getByRole("combobox", { name: "Preset" });
  await expect(preset).toHaveValue("custom");
  await preset.selectOption("Fast");
  await expect(page.getByRole("textbox", { name: "Stage C steps" })).toHaveValue("10");
  await page.getByRole("textbox", { name: "Stage C steps" }).fill("3");
  await expect(preset).toHaveValue("custom");

  await expect(page.getByText("2 of 75 tokens")).toBeVisible();
  await prompt.fill(`${"fox ".repeat(75)}cat dog`);
  await expect(page.getByText("77 of 75 tokens. Not read: “cat dog”")).toBeVisible();
  // A book that was pasted by mistake is not counted to its end: it can't be drawn.
  await prompt.fill("fox ".repeat(250_000));
  await expect(page.getByText("The prompt has 1000000 characters, more than 20000: shorten it.")).toBeVisible();
  await prompt.fill("a (fox:1.3) and {cat|dog}");
  await expect(page.getByText("4 of 75 tokens")).toBeVisible();
  // Weights by keys, as in A1111's web UI.
  await prompt.fill("a red fox");
  await prompt.press("Control+ArrowUp");
  await prompt.press("Control+ArrowUp");
  await expect(prompt).toHaveValue("a red (fox:1.2)");
  await prompt.press("Control+ArrowDown");
  await prompt.press("Control+ArrowDown");
  await expect(prompt).toHaveValue("a red fox");
});
