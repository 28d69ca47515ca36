import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { chromium, type Page } from "playwright";
import { preview } from "vite";
import { chromiumFlags, findChromium } from "./find-browser.ts";

/**
 * Pictures of the page's main views in docs/screenshots/, of the built page: `npm run screenshots`. The embedded model draws what is on them, by these
 * prompts and seeds.
 */
const FOLDER = resolve(import.meta.dirname, "../docs/screenshots");
const PROMPTS = ["a fox on a white background", "three apples on a yellow background", "a cat to the left of a dog on a blue background"];
const SEED = "7";
const WIDE = { width: 1280, height: 800 };
const NARROW = { width: 360, height: 780 };

const server = await preview({ preview: { port: 0 }, logLevel: "silent" });
const url = server.resolvedUrls?.local[0] ?? "";
const browser = await chromium.launch({ executablePath: await findChromium(), args: chromiumFlags });
try {
  await mkdir(FOLDER, { recursive: true });
  const page = await browser.newPage({ viewport: WIDE, colorScheme: "dark", reducedMotion: "reduce", serviceWorkers: "block" });
  await page.goto(`${url}?backend=wasm`);
  await page.getByText("million parameters").waitFor();
  await both(page, "empty");
  await page.getByText("Words this model knows").click();
  await both(page, "words");
  await page.getByText("Words this model knows").click();
  const prompt = page.getByRole("textbox", { name: "Prompt", exact: true });
  await page.getByRole("textbox", { name: "Seed" }).fill(SEED);
  for (const text of PROMPTS.toReversed()) {
    await prompt.fill(text);
    await prompt.press("Control+Enter");
  }
  await page.getByRole("progressbar", { name: /^Stage C, step 1\d/ }).waitFor({ timeout: 300_000 });
  await save(page, "drawing-1280");
  await page.getByRole("img", { name: PROMPTS[0] ?? "", exact: true }).waitFor({ timeout: 600_000 });
  await page.getByRole("button", { name: "Cancel" }).waitFor({ state: "hidden" });
  await prompt.fill(PROMPTS[0] ?? "");
  await both(page, "picture");
  await page.emulateMedia({ colorScheme: "light" });
  await both(page, "picture-light");
  await page.getByRole("combobox", { name: "Language" }).selectOption("Deutsch");
  await both(page, "german-light");
  await page.getByRole("combobox", { name: "Sprache" }).selectOption("English");
  await page.emulateMedia({ colorScheme: "dark" });
  await page.getByRole("button", { name: /^Compare with the picture shown: three apples/ }).click();
  await both(page, "side-by-side");
} finally {
  await browser.close();
  await server.close();
}

async function both(page: Page, name: string): Promise<void> {
  for (const [size, viewport] of [
    ["1280", WIDE],
    ["360", NARROW],
  ] as const) {
    await page.setViewportSize(viewport);
    await save(page, `${name}-${size}`);
  }
  await page.setViewportSize(WIDE);
}

async function save(page: Page, name: string): Promise<void> {
  await page.evaluate(() => scrollTo(0, 0));
  await page.mouse.move(0, 0); // nothing is pointed at
  await page.screenshot({ path: join(FOLDER, `${name}.png`) });
}
