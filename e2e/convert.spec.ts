import { join } from "node:path";
import { type BrowserContext, test as base, expect, type Page } from "@playwright/test";
import { type ServedPage, servePage } from "../tools/serve-page.ts";
import type { converter as Converter, Told } from "./converter-page/main.ts";
import { type Fault, type HubHost, startHubHost } from "./hub-host.ts";
import { smallFiles, smallJob, uncutHashes } from "./small-files.ts";

// The converter's own worker in a real browser's storage, fed by a host that plays the hub. `npm run test:cuts` makes a hundred random cuts.
const CUTS = Number(process.env.CASCADE_CUTS ?? 0);

const test = base.extend<{ hub: HubHost; convertPage: Page }, { host: ServedPage; uncut: Record<string, string> }>({
  host: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixtures wanted from the pattern.
    async ({}, use) => {
      const host = await servePage(join(import.meta.dirname, "converter-page"));
      await use(host);
      await host.close();
    },
    { scope: "worker" },
  ],
  // biome-ignore lint/correctness/noEmptyPattern: as above.
  uncut: [async ({}, use) => use(await uncutHashes()), { scope: "worker" }],
  // biome-ignore lint/correctness/noEmptyPattern: as above.
  hub: async ({}, use) => {
    const hub = await startHubHost(smallFiles());
    await use(hub);
    await hub.close();
  },
  convertPage: async ({ context, host }, use) => use(await openPage(context, host)),
});

declare const window: { readonly converter: typeof Converter };

async function openPage(context: BrowserContext, host: ServedPage): Promise<Page> {
  const page = await context.newPage();
  await page.goto(host.url);
  await page.waitForFunction(() => window.converter !== undefined);
  return page;
}

type Job = ReturnType<typeof smallJob>;
const convert = (page: Page, job: Job): Promise<Told<string>> =>
  page.evaluate((given) => window.converter.convert(given), JSON.stringify(job));

/** A closed page's worker gives its locks and files back a moment later. */
async function convertAfter(page: Page, job: Job): Promise<Told<string>> {
  let told: Told<string> | undefined;
  await expect
    .poll(async () => {
      told = await convert(page, job);
      return "code" in told && told.code === "storage-busy";
    })
    .toBe(false);
  if (told === undefined) throw new Error("nothing was told");
  return told;
}

const hashes = (page: Page, id = "small") => page.evaluate((given) => window.converter.hashes(given), id);
const ids = (page: Page) => page.evaluate(() => window.converter.ids());

/** A fault of the host, or of the page: closed at a request, or so many milliseconds after it, when there may be no more requests. */
type Cut = Fault | { readonly kind: "closed"; readonly later: number };

/** One conversion that meets one fault at request `at`; its result. */
async function cutOnce(page: Page, host: ServedPage, hub: HubHost, id: string, cut: Cut, at: number) {
  const first = hub.requests.length;
  let met = false;
  const closing = new Promise<void>((close) => {
    hub.set({
      fault({ count }) {
        if (met || count - first !== at) return { kind: "none" };
        met = true;
        if (cut.kind !== "closed") return cut;
        if (cut.later > 0) setTimeout(close, cut.later);
        else close();
        return cut.later > 0 ? { kind: "none" } : { kind: "lost" };
      },
    });
  });
  const job = smallJob(hub, id, { patience: 2000 });
  let current = page;
  let finished = false;
  if (cut.kind === "closed") {
    const converting = convert(page, job).catch(() => undefined);
    // One that ends before its cut is just closed.
    await Promise.race([closing, converting]);
    await page.close();
    await converting;
    current = await openPage(page.context(), host);
    finished = await converted(current, id);
    // One that was cut in its last moment is done; else it is offered, whatever there is of it.
    if (!finished) expect(await unfinished(current)).toContain(id);
  }
  const told: Told<string> = finished ? { value: "small" } : await convertAfter(current, job);
  expect(told).toEqual({ value: "small" });
  const made = await hashes(current, id);
  await current.evaluate((given) => window.converter.delete(given), id);
  return { made, met, page: current };
}

async function converted(page: Page, id: string): Promise<boolean> {
  const told = await ids(page);
  return "value" in told && told.value.includes(id);
}

async function unfinished(page: Page): Promise<readonly string[]> {
  const told = await page.evaluate(() => window.converter.unfinished());
  return "value" in told ? told.value.map(({ id }) => id) : [];
}

/** Converts, and closes the page at the first request for which `reached` says so; what that request and those before it meet is `fault`. */
async function closedWhen(page: Page, hub: HubHost, reached: () => boolean, fault: Fault): Promise<void> {
  const closing = new Promise<void>((close) =>
    hub.set({
      fault() {
        if (reached()) close();
        return fault;
      },
    }),
  );
  const converting = convert(page, smallJob(hub, "small")).catch(() => undefined);
  await closing;
  await page.close();
  await converting;
  hub.set({ fault: () => ({ kind: "none" }) });
}

const faults: readonly [string, Cut][] = [
  ["the network in the midst of an answer", { kind: "cut", after: 40_000 }],
  ["the network before an answer", { kind: "lost" }],
  ["a line that stands still in the midst of an answer", { kind: "stall", after: 40_000 }],
  ["503", { kind: "status", status: 503 }],
  ["429 with Retry-After", { kind: "status", status: 429, retryAfter: "1" }],
  ["the page being closed", { kind: "closed", later: 0 }],
];

for (const [what, cut] of faults) {
  test(`a conversion cut by ${what} gives the bytes of an uncut one`, async ({ convertPage, host, hub, uncut }) => {
    expect(await cutOnce(convertPage, host, hub, "small", cut, 30)).toMatchObject({ made: uncut, met: true });
  });
}

test("a conversion whose page is closed at its very first request is listed in the next, and goes on by its id", async ({
  context,
  host,
  hub,
  convertPage,
  uncut,
}) => {
  await closedWhen(convertPage, hub, () => true, { kind: "lost" });
  const page = await openPage(context, host);
  await expect
    .poll(() => page.evaluate(() => window.converter.unfinished()))
    .toMatchObject({ value: [{ id: "small", name: "small", bytes: 0, busy: false }] });
  expect(await page.evaluate(() => window.converter.goOn("small"))).toEqual({ value: "small" });
  expect(await hashes(page)).toEqual(uncut);
});

/** Any cut; half of them close the page, for that is what the browser has the most to do with. */
function randomCut(requests: number): readonly [Cut, number] {
  const below = (end: number): number => Math.floor(Math.random() * end);
  const kinds: readonly Cut[] = [
    { kind: "cut", after: below(2 ** 17) },
    { kind: "lost" },
    { kind: "stall", after: Math.random() < 0.3 ? 0 : below(2 ** 17) },
    { kind: "status", status: 500 + below(5) },
    { kind: "status", status: 429, retryAfter: "0" },
    { kind: "closed", later: 0 },
    { kind: "closed", later: 0 },
    { kind: "closed", later: 0 },
  ];
  // The last tensors of all parts, and the hashes' last bytes: every tenth cut closes the page in one of the last requests.
  if (Math.random() < 0.1) return [{ kind: "closed", later: 0 }, requests - 10 + below(8)];
  // Graphs and cascade.json are written after the last request: every sixth cut is somewhere there.
  if (Math.random() < 0.17) return [{ kind: "closed", later: 1 + below(400) }, requests - 3];
  // Not the last: closing the page there may come after the end.
  return [kinds[below(kinds.length)] ?? { kind: "lost" }, below(requests - 2)];
}

/** What a cut is counted as; `left`: requests from it to the end. */
function nameOf(cut: Cut, left: number): string {
  if (cut.kind === "status") return String(cut.status);
  if (cut.kind !== "closed") return cut.kind;
  if (cut.later > 0) return "closed behind the last requests";
  return left <= 10 ? "closed in the last ten requests" : "closed";
}

test(`${CUTS} random cuts give the bytes of an uncut conversion`, async ({ browser, host, uncut }) => {
  test.skip(CUTS === 0, "takes minutes: npm run test:cuts");
  test.setTimeout(CUTS * 60_000);
  const met: Record<string, number> = {};
  let left = CUTS;
  let made = 0;
  let longest = 0;
  const started = performance.now();
  const seconds = (milliseconds: number): string => (milliseconds / 1000).toFixed(1);
  // Each lane has a browser context and a host of its own; while one waits, the other computes.
  const lane = async (): Promise<void> => {
    const context = await browser.newContext();
    const hub = await startHubHost(smallFiles());
    let page = await openPage(context, host);
    await convert(page, smallJob(hub, "count"));
    const requests = hub.requests.length;
    while (left > 0) {
      const run = made++;
      left--;
      const [cut, at] = randomCut(requests);
      const name = nameOf(cut, requests - at);
      const begun = performance.now();
      await test.step(`cut ${run}: ${JSON.stringify(cut)} at request ${at} of ${requests}`, async () => {
        const done = await cutOnce(page, host, hub, `cut-${run}`, cut, at);
        expect(done.made).toEqual(uncut);
        page = done.page;
        if (done.met) met[name] = (met[name] ?? 0) + 1;
        else left++; // ended before its cut: how often the last pieces are asked for is a matter of time
      });
      if (left % 25 === 0) process.stdout.write(`${left} cuts left after ${seconds(performance.now() - started)} s\n`);
      longest = Math.max(longest, performance.now() - begun);
    }
    await context.close();
    await hub.close();
  };
  await Promise.all([lane(), lane()]);
  process.stdout.write(
    `${CUTS} cuts in ${seconds(performance.now() - started)} s, the longest ${seconds(longest)} s: ${JSON.stringify(met)}; every result byte-identical\n`,
  );
});

test("goes on after a closed page without downloading again what was finished", async ({ context, host, hub, convertPage, uncut }) => {
  const total = [...smallFiles().values()].reduce((sum, { length }) => sum + length, 0);
  await closedWhen(convertPage, hub, () => hub.sent() > 0.7 * total, { kind: "none" });
  const before = hub.sent();
  const page = await openPage(context, host);
  expect(await convertAfter(page, smallJob(hub, "small"))).toEqual({ value: "small" });
  expect(await hashes(page)).toEqual(uncut);
  expect(hub.sent() - before).toBeLessThan(0.75 * total);
});

test("a byte flipped on the way is found, and nothing of it is kept", async ({ hub, convertPage, uncut }) => {
  hub.set({ fault: ({ path }) => (path === "prior/weights.safetensors" ? { kind: "flip", at: 300_001 } : { kind: "none" }) });
  expect(await convert(convertPage, smallJob(hub, "small"))).toMatchObject({
    code: "bad-checkpoint",
    message: expect.stringContaining("weights.safetensors is not the file"),
  });
  hub.set({ fault: () => ({ kind: "none" }) });
  expect(await convert(convertPage, smallJob(hub, "small"))).toEqual({ value: "small" });
  expect(await hashes(convertPage)).toEqual(uncut);
});

test("a byte flipped in storage is found, and that file alone made again", async ({ hub, convertPage, uncut }) => {
  expect(await convert(convertPage, smallJob(hub, "small"))).toEqual({ value: "small" });
  await convertPage.evaluate(() => window.converter.flip("small", "stage-b.onnx.data", 5000));
  const damage = [{ file: "stage-b.onnx.data", what: expect.stringContaining("is damaged") }];
  expect(await convertPage.evaluate(() => window.converter.verify("small"))).toEqual({ value: damage });
  const first = hub.requests.length;
  expect(await convertPage.evaluate(() => window.converter.repair("small"))).toEqual({ value: damage });
  // Of the other files only the headers, which lie in their first pieces.
  const again = hub.requests.slice(first).filter(({ from }) => from >= 2 ** 19);
  expect(new Set(again.map(({ path }) => path))).toEqual(new Set(["decoder/weights.safetensors"]));
  expect(await hashes(convertPage)).toEqual(uncut);
});

test("a model goes out as a zip or a folder and comes in again, byte for byte", async ({ hub, convertPage, uncut }) => {
  expect(await convert(convertPage, smallJob(hub, "small"))).toEqual({ value: "small" });
  expect(await convertPage.evaluate(() => window.converter.throughZip("small", "zipped"))).toEqual({ value: "small" });
  expect(await convertPage.evaluate(() => window.converter.throughFolder("small", "copied"))).toEqual({ value: "small" });
  expect(await hashes(convertPage, "zipped")).toEqual(uncut);
  expect(await hashes(convertPage, "copied")).toEqual(uncut);
  expect(await convertPage.evaluate(() => window.converter.verify("zipped"))).toEqual({ value: [] });
});

test("a conversion cut by a closed page is listed in the next, and goes on by its id", async ({
  context,
  host,
  hub,
  convertPage,
  uncut,
}) => {
  const total = [...smallFiles().values()].reduce((sum, { length }) => sum + length, 0);
  await closedWhen(convertPage, hub, () => hub.sent() > 0.6 * total, { kind: "none" });
  const page = await openPage(context, host);
  // The closed page's worker ends a moment later.
  await expect
    .poll(() => page.evaluate(() => window.converter.unfinished()))
    .toMatchObject({ value: [{ id: "small", name: "small", busy: false }] });
  expect(await page.evaluate(() => window.converter.goOn("small"))).toEqual({ value: "small" });
  expect(await hashes(page)).toEqual(uncut);
  expect(await page.evaluate(() => window.converter.unfinished())).toEqual({ value: [] });
});

test("a file that changes at its host is noticed", async ({ hub, convertPage }) => {
  const path = "decoder/weights.safetensors";
  const changed = smallFiles().get(path) ?? new Uint8Array();
  changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1;
  hub.set({
    fault(request) {
      if (request.path === path && request.from > 500_000) hub.change(path, changed);
      return { kind: "none" };
    },
  });
  const told = await convert(convertPage, smallJob(hub, "small"));
  expect(told).toMatchObject({ code: "download-failed" });
  expect(await ids(convertPage)).toEqual({ value: [] });
});

test("a private file asks for its token, a host that lets no pages in is told apart", async ({ hub, convertPage, uncut }) => {
  hub.set({ token: "secret" });
  expect(await convert(convertPage, smallJob(hub, "small"))).toMatchObject({ message: expect.stringContaining("needs an access token") });
  expect(await convert(convertPage, smallJob(hub, "small", { token: "other" }))).toMatchObject({
    message: expect.stringContaining("not open to you"),
  });
  expect(await convert(convertPage, smallJob(hub, "small", { token: "secret" }))).toEqual({ value: "small" });
  expect(await hashes(convertPage)).toEqual(uncut);
  hub.set({ cors: false });
  expect(await convert(convertPage, smallJob(hub, "other", { token: "secret", patience: 1000 }))).toMatchObject({
    code: "download-failed",
    message: expect.stringMatching(/could not be reached: .* a host that does not allow other pages to read its files \(CORS\)/),
  });
});

test("full storage ends in a plain message, and with room the conversion goes on", async ({ context, hub, convertPage, uncut, host }) => {
  const cdp = await context.newCDPSession(convertPage);
  const quota = (quotaSize: number) => cdp.send("Storage.overrideQuotaForOrigin", { origin: new URL(host.url).origin, quotaSize });
  // Said before the first byte is written.
  await quota(300_000);
  expect(await convert(convertPage, smallJob(hub, "small"))).toMatchObject({
    code: "storage-full",
    message: expect.stringContaining("delete a model"),
  });
  // And noticed when it runs out meanwhile.
  await quota(100e6);
  let left = 35;
  hub.set({
    fault() {
      if (left-- === 0) void quota(300_000);
      return { kind: "none" };
    },
  });
  const told = await convert(convertPage, smallJob(hub, "small"));
  expect(told).toMatchObject({ code: "storage-full" });
  expect(await ids(convertPage)).toEqual({ value: [] });
  await quota(100e6);
  expect(await convert(convertPage, smallJob(hub, "small"))).toEqual({ value: "small" });
  expect(await hashes(convertPage)).toEqual(uncut);
});

test("a second tab that converts the same model is told so, and the first goes on", async ({ context, host, hub, convertPage, uncut }) => {
  const other = await openPage(context, host);
  const first = convert(convertPage, smallJob(hub, "small"));
  await expect.poll(() => hub.requests.length).toBeGreaterThan(20);
  expect(await convert(other, smallJob(hub, "small"))).toMatchObject({
    code: "storage-busy",
    message: expect.stringContaining("Another tab"),
  });
  expect(await first).toEqual({ value: "small" });
  expect(await hashes(other)).toEqual(uncut);
});
