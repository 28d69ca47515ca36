import { test as base, expect } from "@playwright/test";
import { type PlainHost, plainHost } from "../plain-host.ts";

/** Each test has a host of its own, so that its end is the network's. */
export const test = base.extend<{ host: PlainHost }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixtures wanted from the pattern.
  host: async ({}, use) => {
    const host = await plainHost();
    await use(host);
    await host.stop();
  },
});

export { expect };
