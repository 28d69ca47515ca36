import AxeBuilder from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";

const STANDARD = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

/** Fails where axe finds anything against WCAG 2.2 AA in what the page shows, or where it scrolls sideways, at 1280 and 360 pixels. */
export async function expectAccessible(page: Page, view: string): Promise<void> {
  for (const width of [1280, 360]) {
    await page.setViewportSize({ width, height: 800 });
    const { violations } = await new AxeBuilder({ page }).withTags(STANDARD).analyze();
    expect(
      violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`),
      `${view} at ${width} px`,
    ).toEqual([]);
    const wide = () =>
      Math.max(...[document.documentElement, ...document.querySelectorAll("dialog[open]")].map((element) => element.scrollWidth));
    expect(await page.evaluate(wide), `${view} scrolls sideways at ${width} px`).toBe(width);
  }
}
