import { readdirSync } from "node:fs";
import { join } from "node:path";
import { test as base, expect, type Page } from "@playwright/test";
import { type HubHost, REPOSITORY, startHubHost } from "./hub-host.ts";
import { type PlainHost, plainHost } from "./plain-host.ts";

// Who may reach what, in the app as it is built: the page nothing but its own host, a converter's worker the hosts in its address and no others.
const test = base.extend<{ hub: HubHost; other: HubHost; host: PlainHost }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixtures wanted from the pattern.
  hub: async ({}, use) => {
    const hub = await startHubHost(files);
    await use(hub);
    await hub.close();
  },
  // biome-ignore lint/correctness/noEmptyPattern: as above.
  other: async ({}, use) => {
    const hub = await startHubHost(files);
    await use(hub);
    await hub.close();
  },
  // biome-ignore lint/correctness/noEmptyPattern: as above.
  host: async ({}, use) => {
    const host = await plainHost();
    await use(host);
    await host.stop();
  },
});

// A folder that is no model: its manifest is read and refused, so that reading it can be told from being kept from it.
const files = new Map([["folder/cascade.json", new TextEncoder().encode('{"format": "another"}')]]);
const READ = "bad-model";
const folderOf = (hub: HubHost): string => `${hub.url}/${REPOSITORY}/tree/main/folder`;

interface Answer {
  readonly code: string;
  readonly message: string;
}

/** Starts the built converter's worker with `hosts` and has it import the folder at `url`, in comlink's own words. */
async function importFrom(page: Page, hosts: readonly string[], url: string): Promise<Answer> {
  const script = readdirSync(join(import.meta.dirname, "../dist/assets")).find((name) => /^convert-[\w-]+\.js$/.test(name));
  if (script === undefined) throw new Error("the app has no converter's worker");
  return page.evaluate(
    ({ address, job }) =>
      new Promise<Answer>((done, fail) => {
        const worker = new Worker(new URL(address, location.href), { type: "module", name: "convert" });
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = ({ data }) => port1.postMessage({ id: data.id, type: "RAW" });
        worker.onerror = ({ message }) => fail(new Error(message));
        worker.onmessage = ({ data }) => {
          worker.terminate();
          done(data.value.error);
        };
        const given = [
          { type: "RAW", value: job },
          { type: "HANDLER", name: "proxy", value: port2 },
        ];
        worker.postMessage({ id: "1", type: "APPLY", path: ["importModel"], argumentList: given }, [port2]);
      }),
    {
      address: `./assets/${script}${hosts.length > 0 ? `?hosts=${encodeURIComponent(hosts.join(","))}` : ""}`,
      job: { id: "tried", from: { url } },
    },
  );
}

const hostsOf = (hub: HubHost): string[] => [hub.url, hub.dataUrl];
const kept = { code: "download-failed", message: expect.stringContaining("own policy keeps it from reading") };

test("the page reaches no model host", async ({ page, hub }) => {
  await page.goto("/");
  expect(await page.evaluate((url) => fetch(url).then(() => "read", String), folderOf(hub))).toContain("Failed to fetch");
  // Nor by an address that looks like the converter's.
  await page.goto(`/?hosts=${encodeURIComponent(hub.url)}`);
  expect(await page.evaluate((url) => fetch(url).then(() => "read", String), folderOf(hub))).toContain("Failed to fetch");
  expect(hub.requests).toEqual([]);
});

test("a converter's worker reaches the hosts in its address and no others", async ({ page, hub, other }) => {
  await page.goto("/");
  expect(await importFrom(page, hostsOf(hub), folderOf(hub))).toMatchObject({ code: READ });
  expect(hub.requests.length).toBeGreaterThan(0);
  expect(await importFrom(page, hostsOf(hub), folderOf(other))).toMatchObject(kept);
  expect(await importFrom(page, [], folderOf(other))).toMatchObject(kept);
  // Where the host sends it to counts as well.
  expect(await importFrom(page, [other.url], folderOf(other))).toMatchObject(kept);
  expect(other.requests).toEqual([]);
});

test.describe("on a host that sends no headers", () => {
  test.use({ serviceWorkers: "allow" });

  test("the service worker gives each worker its policy", async ({ page, host, hub, other }) => {
    await page.goto(host.url);
    await page.waitForFunction(() => crossOriginIsolated, undefined, { timeout: 60_000 });
    expect(await importFrom(page, hostsOf(hub), folderOf(hub))).toMatchObject({ code: READ });
    expect(await importFrom(page, hostsOf(hub), folderOf(other))).toMatchObject(kept);
    expect(await importFrom(page, [], folderOf(other))).toMatchObject(kept);
    expect(other.requests).toEqual([]);
  });
});
