import { test as base, expect, type Locator, type Page } from "@playwright/test";
import { expectShown, pauseRun, resumeRun, shownSince, watchRuns } from "./watch-runs.ts";

/** The page's parts by role and name, as a user of a screen reader finds them. */
export class Playground {
  readonly prompt: Locator;
  readonly generate: Locator;
  readonly cancel: Locator;
  readonly seed: Locator;
  readonly download: Locator;

  constructor(readonly page: Page) {
    this.prompt = page.getByRole("textbox", { name: "Prompt", exact: true });
    this.generate = page.getByRole("button", { name: "Generate" });
    this.cancel = page.getByRole("button", { name: "Cancel" });
    this.seed = page.getByRole("textbox", { name: "Seed" });
    this.download = page.getByRole("button", { name: "Download" });
  }

  /** Opens the page and waits for the model. */
  async open(query = ""): Promise<void> {
    await this.page.goto(`./${query}`);
    await expect(this.page.getByText("million parameters")).toBeVisible();
  }

  picture(prompt: string): Locator {
    return this.page.getByRole("img", { name: prompt, exact: true });
  }

  /** Waits for the finished picture; fails at once with the alert's words where there is one. */
  async finished(prompt: string, timeout = 300_000): Promise<void> {
    const alert = this.page.getByRole("alert").filter({ visible: true });
    await expect(this.picture(prompt).or(alert)).toBeVisible({ timeout });
    expect(await alert.allInnerTexts()).toEqual([]);
  }

  /** The bar while its words are these; for words that stay: those of a step may have gone before they are looked for, which `shows` never misses. */
  progress(words: RegExp): Locator {
    return this.page.getByRole("progressbar", { name: words });
  }

  /** Waits until the page shows or has shown this. */
  async shows(words: RegExp): Promise<void> {
    await expectShown(this.page, words);
  }

  /** All that was shown since `shows` looked last. */
  async shown(): Promise<string[]> {
    return await shownSince(this.page);
  }

  /** Begins a run and waits until it stands where the bar has these words: what is done now is done during a run, however quick the machine is. */
  async startAndPauseAt(words: RegExp): Promise<void> {
    await this.pauseAt(words);
    await this.prompt.press("Control+Enter");
    await expect(this.progress(words)).toBeVisible({ timeout: 300_000 });
  }

  /** The same for a run that something else begins. */
  async pauseAt(words: RegExp): Promise<void> {
    await pauseRun(this.page, words);
  }

  /** Lets the run that was held go on to here, and waits for it. */
  async goOnTo(words: RegExp): Promise<void> {
    await resumeRun(this.page, words);
    await expect(this.progress(words)).toBeVisible({ timeout: 300_000 });
  }

  /** Lets the run that was held go on to its end. */
  async resume(): Promise<void> {
    await resumeRun(this.page);
  }

  /** Types numbers into the advanced fields, by their labels. */
  async setAdvanced(fields: Readonly<Record<string, string>>): Promise<void> {
    const group = this.page.getByRole("group").filter({ hasText: "Advanced" });
    if (!(await group.evaluate((details) => details.hasAttribute("open")))) await group.getByText("Advanced").click();
    for (const [label, value] of Object.entries(fields)) await this.page.getByRole("textbox", { name: label }).fill(value);
  }

  /** The smallest picture in the fewest steps: seconds on the processor. */
  async setSmall(stepsC = 1): Promise<void> {
    await this.setAdvanced({ "Stage C steps": String(stepsC), "Stage B steps": "1" });
    await this.page.getByRole("radio", { name: "Custom" }).check();
    await this.page.getByRole("textbox", { name: "Width" }).fill("256");
    await this.page.getByRole("textbox", { name: "Height" }).fill("256");
  }
}

/** Every test's page: nothing may leave the origin, and nothing may be written to the console as an error. */
export const test = base.extend<{ playground: Playground }>({
  context: async ({ context }, use) => {
    await context.addInitScript(watchRuns);
    await use(context);
  },
  playground: async ({ page, baseURL }, use) => {
    const wrong: string[] = [];
    page.on("request", (request) => {
      const url = request.url();
      if (baseURL !== undefined && !url.startsWith(baseURL) && !url.startsWith(`blob:${baseURL}`)) wrong.push(`request to ${url}`);
    });
    page.on("console", (message) => {
      if (message.type() === "error") wrong.push(`console: ${message.text()}`);
    });
    page.on("pageerror", (error) => wrong.push(`error: ${error.message}`));
    await use(new Playground(page));
    expect(wrong).toEqual([]);
  },
});

export { expect };
