import { readFile } from "node:fs/promises";
import { settingsIn } from "../src/png/settings-png.ts";
import { expect, test } from "./playground.ts";
import { unzip } from "./unzip.ts";

test("keyboard alone draws, looks closely, compares, marks, exports and deletes", async ({ playground }) => {
  const { page, prompt, seed, cancel } = playground;
  const { keyboard } = page;
  /** Presses Tab until something of this role and name has the focus. */
  const tabTo = async (role: "button" | "textbox" | "radio", name: string | RegExp, key = "Tab"): Promise<void> => {
    const wanted = page.getByRole(role, { name }).first();
    for (let i = 0; i < 120; i++) {
      if (await wanted.evaluate((element) => element === document.activeElement).catch(() => false)) return;
      await keyboard.press(key);
    }
    await expect(wanted).toBeFocused({ timeout: 1 });
  };
  await playground.open("?backend=wasm");
  await playground.setSmall();
  await seed.fill("7");
  await page.getByRole("textbox", { name: "Pictures" }).fill("2");
  await prompt.focus();
  await keyboard.type("a star");
  await keyboard.press("Control+Enter");
  const shown = page.getByRole("list", { name: "Earlier pictures" }).getByRole("button", { name: /^Show:/ });
  await expect(shown).toHaveCount(2, { timeout: 400_000 });
  await expect(cancel).toBeHidden();
  await expect(prompt).toBeFocused();

  // The picture, large: + enlarges, arrows move, 0 shows all, Escape closes, and the focus is back.
  await tabTo("button", "Enlarge the picture");
  await keyboard.press("Enter");
  const viewer = page.getByRole("dialog", { name: "The picture, large" });
  const large = viewer.getByRole("img", { name: "a star" });
  const left = async () => (await large.boundingBox())?.x ?? Number.NaN;
  const width = async () => (await large.boundingBox())?.width ?? Number.NaN;
  const whole = await width();
  await keyboard.press("+");
  await keyboard.press("+");
  await expect(viewer.getByText("196 %")).toBeVisible();
  expect(await width()).toBeCloseTo(whole * 1.96, 0);
  const before = await left();
  await keyboard.press("ArrowRight");
  expect(await left()).toBeLessThan(before);
  await keyboard.press("0");
  expect(await width()).toBeCloseTo(whole, 0);
  await large.hover();
  await page.mouse.wheel(0, -300);
  await expect.poll(width).toBeGreaterThan(whole * 1.5);
  await keyboard.press("Escape");
  await expect(viewer).toBeHidden();
  await expect(page.getByRole("button", { name: "Enlarge the picture" })).toBeFocused();

  // Seed 8 is shown; it is compared with seed 7.
  await tabTo("button", "Compare with the picture shown: a star, seed 7");
  await keyboard.press("Enter");
  const both = page.getByRole("dialog", { name: "Two pictures side by side" });
  await expect(both.getByText("Seed 8", { exact: true })).toBeVisible();
  await expect(both.getByText("Seed 7", { exact: true })).toBeVisible();
  await keyboard.press("+");
  const [a, b] = await Promise.all(
    (await both.getByRole("img").all()).map((image) => image.evaluate((element) => element.style.transform)),
  );
  expect(a).toContain("scale(1.4)");
  expect(b).toBe(a);
  await keyboard.press("Escape");
  await expect(both).toBeHidden();

  await tabTo("button", "Favourite: a star, seed 7", "Shift+Tab");
  await keyboard.press("Space");
  await expect(page.getByRole("button", { name: "Favourite: a star, seed 7" })).toHaveAttribute("aria-pressed", "true");

  await tabTo("button", "Export all", "Shift+Tab");
  const download = page.waitForEvent("download");
  await keyboard.press("Enter");
  const zip = await download;
  expect(zip.suggestedFilename()).toBe("cascade-pictures.zip");
  await expect(page.getByText("2 pictures in one zip.")).toBeVisible();
  const files = unzip(await readFile(await zip.path()));
  expect([...files.keys()].sort()).toEqual(["a-star-7.png", "a-star-8.png"]);
  const seven = files.get("a-star-7.png") ?? new Uint8Array();
  expect(await settingsIn(new Blob([Uint8Array.from(seven)]))).toMatchObject({ settings: { prompt: "a star", seed: 7 } });

  await tabTo("button", "Delete: a star, seed 8");
  await keyboard.press("Enter");
  await expect(shown).toHaveCount(1);
  await expect(page.getByRole("searchbox", { name: "Search history" })).toBeFocused();
});

test("dark and light are two looks, and nothing moves where motion is not wanted", async ({ playground }) => {
  const { page, prompt } = playground;
  await page.emulateMedia({ colorScheme: "dark", reducedMotion: "no-preference" });
  await playground.open("?backend=wasm");
  const background = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const brightness = async () =>
    (await background())
      .match(/\d+/g)
      ?.map(Number)
      .slice(0, 3)
      .reduce((sum, value) => sum + value, 0) ?? 0;
  expect(await brightness()).toBeLessThan(3 * 64);
  await page.emulateMedia({ colorScheme: "light" });
  expect(await brightness()).toBeGreaterThan(3 * 192);
  await playground.setSmall();
  await prompt.fill("a star");
  await playground.startAndPauseAt(/^(Loading )?Stage C/);
  const moving = () => page.evaluate(() => document.getAnimations().length);
  await expect.poll(moving).toBeGreaterThan(0);
  await page.emulateMedia({ reducedMotion: "reduce" });
  await expect.poll(moving).toBe(0);
  await page.keyboard.press("Escape");
});
