import { Playground } from "../playground.ts";
import { DrivenPage } from "./driven-page.ts";
import { otherEngines } from "./launch.ts";
import { test } from "./with-host.ts";

/** For docs/figures.md, on a quiet machine: `CASCADE_SECONDS=1 npx playwright test e2e/engines/seconds`. */

// Nothing is recorded meanwhile, and the page is what a visitor has.
test.use({ serviceWorkers: "allow", trace: "off" });

const PROMPTS = ["a star", "a heart", "a red apple"];

if (process.env.CASCADE_SECONDS !== undefined) {
  test("Chromium: seconds of three pictures", async ({ page, host }) => {
    const playground = new Playground(page);
    const { prompt, generate } = playground;
    await page.goto(`${host.url}?backend=wasm`);
    await page.waitForFunction(() => crossOriginIsolated);
    for (const words of PROMPTS) {
      await prompt.fill(words);
      await generate.click();
      await playground.finished(words);
      tell("Chromium", (await page.locator("figure").allInnerTexts()).join());
    }
  });

  for (const { name, launch } of otherEngines()) {
    test(`${name}: seconds of three pictures`, async ({ host }, info) => {
      test.skip(launch === undefined);
      await launch?.(info.outputPath("profile"), async (session) => {
        const page = new DrivenPage(session);
        await page.visit(host.url);
        for (const words of PROMPTS) {
          await page.fill("Prompt", words);
          await page.click("button", "Generate");
          await page.finished(words);
          tell(name, await page.text());
        }
      });
    });
  }
}

/** What the page says under a picture. */
function tell(engine: string, text: string): void {
  console.log(`${engine}: ${/^Seed .* · (.+)$/m.exec(text)?.[1]}`);
}
