import { expect, Playground, test } from "./playground.ts";

test("a run survives a reload: it offers to continue from its last step, and the picture is the same", async ({ playground }) => {
  const { page, prompt, seed } = playground;
  await playground.open("?backend=wasm");
  await playground.setSmall(4);
  await prompt.fill("a star");
  await seed.fill("7");
  await prompt.press("Control+Enter");
  await playground.finished("a star");
  const pixels = () =>
    playground.picture("a star").evaluate(async (image: HTMLImageElement) => {
      const canvas = new OffscreenCanvas(image.naturalWidth, image.naturalHeight);
      const context = canvas.getContext("2d");
      context?.drawImage(image, 0, 0);
      const bytes = context?.getImageData(0, 0, canvas.width, canvas.height).data ?? new Uint8ClampedArray();
      return [...new Uint8Array(await crypto.subtle.digest("SHA-256", bytes))].join();
    });
  const whole = await pixels();

  await playground.startAndPauseAt(/^Stage C, step 3 of 4$/);
  await page.reload();
  await expect(page.getByText(/^“a star” was cut off after Stage C, step [1-3] of 4\.$/)).toBeVisible();
  await prompt.fill("something else");
  await page.getByRole("button", { name: "Continue" }).click();
  await expect(page.getByRole("button", { name: "Continue" })).toBeHidden();
  await playground.finished("a star");
  // Its first step is not done again.
  const shown = await playground.shown();
  expect(shown).toContain("Stage C, step 4 of 4");
  expect(shown).not.toContain("Stage C, step 1 of 4");
  expect(await pixels()).toBe(whole);
  await expect(prompt).toHaveValue("something else");
  await page.reload();
  await expect(page.getByText("million parameters")).toBeVisible();
  await expect(page.getByText(/was cut off after/)).toBeHidden();
});

test("a second tab waits while one draws, says so, and then draws", async ({ playground, context }) => {
  const { page, prompt } = playground;
  await playground.open("?backend=wasm");
  await playground.setSmall();
  await prompt.fill("a star");
  const other = new Playground(await context.newPage());
  await other.open("?backend=wasm");
  await other.setSmall();
  await other.prompt.fill("a heart");
  await playground.startAndPauseAt(/^Stage C, step/);
  await other.prompt.press("Control+Enter");
  await expect(other.progress(/^Another tab is drawing/)).toBeVisible();
  await expect(other.page.getByText("Another tab is drawing: this one follows it").first()).toBeVisible();
  // Waiting can be cancelled, and begun again.
  await other.page.keyboard.press("Escape");
  await expect(other.cancel).toBeHidden();
  await other.prompt.press("Control+Enter");
  await expect(other.progress(/^Another tab is drawing/)).toBeVisible();
  await playground.resume();
  await playground.finished("a star");
  await other.finished("a heart");
  await expect(page.getByText(/was cut off after/)).toBeHidden();
});

test("the screen stays on during a run and no longer, and the run's times are there afterwards", async ({ playground }) => {
  const { page, prompt } = playground;
  await page.addInitScript(() => {
    const held = { now: 0, ever: 0 };
    Object.assign(window, { wakeLocks: held });
    Object.defineProperty(navigator, "wakeLock", {
      value: {
        async request() {
          held.now++;
          held.ever++;
          return { release: async () => void held.now-- };
        },
      },
    });
    // A browser tells when it next tidies up, which may be never in a test.
    Object.assign(performance, { measureUserAgentSpecificMemory: async () => ({ bytes: 300 * 2 ** 20 }) });
  });
  const locks = () => page.evaluate(() => (window as unknown as { wakeLocks: { now: number; ever: number } }).wakeLocks);
  await playground.open("?backend=wasm");
  await playground.setSmall(2);
  await prompt.fill("a star");
  await expect(page.getByText(/^Takes very roughly .+ on this device/)).toBeVisible();
  await playground.startAndPauseAt(/^Stage C, step/);
  expect(await locks()).toEqual({ now: 1, ever: 1 });
  await playground.resume();
  await playground.finished("a star");
  await expect.poll(locks).toEqual({ now: 0, ever: 1 });

  await page.getByText("Time and memory").click();
  const times = page.getByRole("table");
  for (const stage of ["Text encoder", "Stage C", "Stage B", "Stage A"])
    await expect(times.getByRole("rowheader", { name: stage })).toBeVisible();
  await expect(times.getByRole("row", { name: /^Stage C/ })).toHaveText(/2 × \d+(\.\d)? s/);
  await expect(times.getByRole("row", { name: /^Stage C/ }).getByRole("cell", { name: "300 MB" })).toBeVisible();
  // From now on this device is known, over a reload, too; and the next run tells how long it still takes.
  await expect(page.getByText(/^Takes about \d.* on this device\.$/)).toBeVisible();
  await playground.open("?backend=wasm");
  await expect(page.getByText(/^Takes about \d.* on this device\.$/)).toBeVisible();
  await prompt.press("Control+Enter");
  await playground.shows(/about \d.* left$/);
  await page.keyboard.press("Escape");
  await expect(playground.cancel).toBeHidden();
});
