import type { Page } from "@playwright/test";
import { expect } from "@playwright/test";

/** What `watchRuns` leaves in a page. */
interface Runs {
  readonly shown: string[];
  pauseAt: RegExp | undefined;
  /** Lets a held run go on, to the next place where it is held. */
  goOn(next?: RegExp): void;
}

type Watched = Window & { readonly runs: Runs };

/**
 * Runs in the page before its own script. Keeps every text and every name of a progress bar that was shown, however shortly: on a quick machine a step
 * passes between two looks of `expect`. And lets a run be held: the engine awaits the page's answer to each event, so one that gets none stays where it is.
 */
export function watchRuns(): void {
  const shown: string[] = [];
  const held: (() => void)[] = [];
  const runs: Runs = {
    shown,
    pauseAt: undefined,
    goOn(next) {
      runs.pauseAt = next;
      for (const answer of held.splice(0)) answer();
    },
  };
  Object.assign(window, { runs });
  new MutationObserver((records) => {
    for (const { target, attributeName } of records) {
      const text = target instanceof Element ? attributeName !== null && target.getAttribute(attributeName) : target.textContent;
      if (text) shown.push(text);
    }
  }).observe(document, { subtree: true, characterData: true, attributes: true, attributeFilter: ["aria-valuetext"] });
  const post = MessagePort.prototype.postMessage;
  MessagePort.prototype.postMessage = function (this: MessagePort, ...message: Parameters<typeof post>) {
    const bars = [...document.querySelectorAll("[role=progressbar]")];
    if (bars.some((bar) => runs.pauseAt?.test(bar.getAttribute("aria-valuetext") ?? ""))) held.push(() => post.apply(this, message));
    else post.apply(this, message);
  } as typeof post;
}

/** Waits until the page has shown this since it was opened, or since what was waited for before. */
export async function expectShown(page: Page, words: RegExp): Promise<void> {
  const take = (looked: RegExp) => {
    const { shown } = (window as unknown as Watched).runs;
    const at = shown.findIndex((text) => looked.test(text));
    return shown.splice(0, at + 1).length > 0;
  };
  await expect.poll(() => page.evaluate(take, words), { message: `the page shows ${words}` }).toBe(true);
}

/** All that was shown since what was waited for last. */
export async function shownSince(page: Page): Promise<string[]> {
  return await page.evaluate(() => [...(window as unknown as Watched).runs.shown]);
}

/** Holds the next run where its progress bar has a name like this, until `resumeRun`. The name stays, so what is seen then is not in a hurry. */
export async function pauseRun(page: Page, words: RegExp): Promise<void> {
  await page.evaluate((at) => {
    (window as unknown as Watched).runs.pauseAt = at;
  }, words);
}

/** Lets it go on, to the next place where it is held. */
export async function resumeRun(page: Page, next?: RegExp): Promise<void> {
  await page.evaluate((at) => (window as unknown as Watched).runs.goOn(at), next);
}
