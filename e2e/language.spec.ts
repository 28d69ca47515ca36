import AxeBuilder from "@axe-core/playwright";
import { expect, test } from "./playground.ts";

test("the language is chosen on the page, at once, kept over a reload, and said to the browser", async ({ playground }) => {
  const { page, prompt } = playground;
  await playground.open("?backend=wasm");
  await expect(page.locator("html")).toHaveAttribute("lang", "en");
  await prompt.fill("a fox");
  await page.getByRole("combobox", { name: "Language" }).selectOption("Deutsch");
  await expect(page.getByRole("button", { name: "Erzeugen" })).toBeVisible();
  await expect(page.getByRole("textbox", { name: "Negativer Prompt" })).toBeVisible();
  await expect(page.locator("html")).toHaveAttribute("lang", "de");
  await expect(page).toHaveTitle("Cascade-Spielplatz");
  await expect(prompt).toHaveValue("a fox");
  await page.reload();
  await expect(page.getByText("Millionen Parameter")).toBeVisible();
  await expect(prompt).toHaveValue("a fox");
  await page.setViewportSize({ width: 360, height: 800 });
  const { violations } = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]).analyze();
  expect(violations.map(({ id }) => id)).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
  await page.getByRole("combobox", { name: "Sprache" }).selectOption("English");
  await expect(page.getByRole("button", { name: "Generate" })).toBeVisible();
});

test.describe("a browser that asks for German", () => {
  test.use({ locale: "de-CH" });
  test("gets the page in German", async ({ page }) => {
    await page.goto("./?backend=wasm");
    await page.getByRole("button", { name: "Erzeugen" }).click();
    await expect(page.getByRole("alert")).toHaveText("Der Prompt ist leer. Schreiben Sie, was das Bild zeigen soll.");
  });
});
