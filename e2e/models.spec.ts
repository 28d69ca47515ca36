import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { expectAccessible } from "./axe.ts";
import type { HubHost } from "./hub-host.ts";
import { expect, ModelsPage, test } from "./models-page.ts";
import { unzip } from "./unzip.ts";

/** A converted folder: the embedded model's. */
const CONVERTED = resolve(import.meta.dirname, "../public/models/mini");

test("own files become a model, which draws, is there after a reload, and gone when the browser removed it", async ({
  models,
  checkpoints,
}) => {
  const { page, dialog, prompt } = models;
  await models.open("?backend=wasm");
  await models.convertOwn(checkpoints);
  await models.button("Use it now").click();
  await models.openModels("On this device");
  await expect(models.stored("small").getByText("In use")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  await expect(page.getByText(/^small, \d+ million parameters, on WASM/)).toBeVisible();
  await models.setSmall();
  await prompt.fill("a star");
  await prompt.press("Control+Enter");
  await models.finished("a star", 120_000);

  await models.open();
  await expect(page.getByText(/^small, \d+ million parameters/)).toBeVisible();
  await page.evaluate(async () => {
    const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle("models");
    await folder.removeEntry("small-q4", { recursive: true });
  });
  await models.open();
  await expect(page.getByText("The embedded model is used, because “small-q4” could not be opened.")).toBeVisible();
});

test("a converted folder is brought in, saved as a zip, checked, repaired, used and deleted", async ({ models, checkpoints }) => {
  const { page, dialog } = models;
  await models.open("?backend=wasm");
  await models.openModels("Your own files");
  await dialog.getByLabel("Folder", { exact: true }).setInputFiles(CONVERTED);
  await expect(dialog.getByText(/^A converted model of \d+ files/)).toBeVisible();
  await models.button("Bring it in").click();
  await models.done("mini q8");
  await models.openModels("On this device");

  const saving = page.waitForEvent("download");
  await models.button("Save as zip: mini").click();
  const zip = unzip(await readFile(await (await saving).path()));
  for (const name of ["cascade.json", "stage-c.onnx.data"]) {
    expect(Buffer.compare(zip.get(`mini-q8/${name}`) ?? new Uint8Array(), await readFile(join(CONVERTED, name)))).toBe(0);
  }

  await models.button("Check: mini").click();
  await expect(models.said("Every file of mini is as it was written.")).toBeAttached();
  await models.flip("mini-q8", "stage-b.onnx.data", 5000);
  await models.button("Check: mini").click();
  await expect(models.stored("mini").getByText("Damaged: stage-b.onnx.data.")).toBeVisible();
  await expect(models.work.getByText("Damaged: stage-b.onnx.data.")).toBeVisible();
  // The wrong folder leaves it as it is.
  await models.stored("mini").getByLabel("Folder", { exact: true }).setInputFiles(checkpoints);
  await expect(models.work.getByRole("alert")).toContainText("is not among the files you chose");
  await models.stored("mini").getByLabel("Folder", { exact: true }).setInputFiles(CONVERTED);
  await expect(models.said("mini is whole again.")).toBeAttached();
  await expect(models.stored("mini").getByText("Damaged")).toBeHidden();
  await models.button("Use: mini").click();
  await expect(models.stored("mini").getByText("In use")).toBeVisible();

  await models.button("Delete: mini").click();
  await expect(models.button("Keep it")).toBeFocused();
  await models.button("Delete it").click();
  await expect(models.stored("mini")).toHaveCount(0);
  await page.keyboard.press("Escape");
  await expect(page.getByText(/^mini, 12 million parameters, on WASM/)).toBeVisible();
  await page.reload();
  await expect(page.getByText("million parameters")).toBeVisible();
  await expect(page.getByText(/could not be opened/)).toBeHidden();
});

test("a folder that is not what its hashes say is not kept", async ({ models }) => {
  const { dialog } = models;
  await models.open("?backend=wasm");
  await models.openModels("Your own files");
  const files = await models.filesIn(CONVERTED);
  const damaged = files.map((file) =>
    file.name === "stage-a.onnx.data" ? { ...file, buffer: Buffer.from(file.buffer).fill(1, 99, 100) } : file,
  );
  await dialog.getByLabel("Files", { exact: true }).first().setInputFiles(damaged);
  await models.button("Bring it in").click();
  await expect(models.work.getByRole("alert")).toContainText("stage-a.onnx.data is not the file cascade.json names");
  await models.openModels("On this device");
  await expect(models.stored("mini")).toHaveCount(0);
});

test("published weights: nothing is asked of the host before the licence is agreed to; then download, a flipped byte found and repaired", async ({
  models,
  hub,
}) => {
  const { page, dialog } = models;
  await models.open("?backend=wasm");
  await models.openModels("Get a model");
  await models.button("Get Lite").first().click();
  await dialog.getByText("Another source or access token").click();
  await dialog.getByRole("textbox", { name: "Host" }).fill("http://example.org");
  await models.button("Download and convert").click();
  await expect(dialog.getByRole("alert").filter({ visible: true })).toHaveText("Agree to the licence first.");
  const agreement = dialog.getByRole("checkbox", { name: "I have read the licence" });
  await expect(agreement).toBeFocused();
  await agreement.check();
  await models.button("Download and convert").click();
  await expect(dialog.getByRole("alert").filter({ visible: true })).toHaveText("The host must be an address that begins with https://.");
  expect(hub.requests).toEqual([]);
  await dialog.getByRole("textbox", { name: "Host" }).fill(hub.url);
  await models.button("Download and convert").click();
  await models.done("Stable Cascade lite");
  await models.openModels("On this device");
  await models.flip("lite-q4", "stage-b.onnx.data", 5000);
  await models.button("Check: Stable Cascade lite").click();
  await models.button("Repair: Stable Cascade lite").click();
  await expect(models.said("Stable Cascade lite is whole again.")).toBeAttached();

  await page.reload();
  await models.openModels("Get a model");
  await models.button("Get Lite Stage C, full Stage B").click();
  await expect(dialog.getByText(/^You agreed on /)).toBeVisible();
  await expect(agreement).toBeChecked();
});

test("private files ask for a token, and it is forgotten with the page", async ({ models, hub }) => {
  const { page, dialog } = models;
  hub.set({ token: "secret" });
  await models.open("?backend=wasm");
  await models.getLite(hub);
  await expect(models.work.getByRole("alert")).toContainText("needs an access token");
  await models.work.getByRole("textbox", { name: "Access token" }).fill("secret");
  await models.button("Go on").click();
  await models.done("Stable Cascade lite");
  expect(await page.evaluate(() => JSON.stringify({ ...localStorage }))).not.toContain("secret");
  await page.reload();
  await models.openModels("Get a model");
  await models.button("Get Lite Stage C, full Stage B").click();
  await dialog.getByText("Another source or access token").click();
  await dialog.getByRole("textbox", { name: "Host" }).fill(hub.url);
  await expect(dialog.getByRole("textbox", { name: "Access token" })).toHaveValue("");
});

/** Lets the download stand still at Stage B's weights; resolves when it does. */
function standStill(hub: HubHost): Promise<void> {
  return new Promise((still) =>
    hub.set({
      fault({ path, to }) {
        if (!path.startsWith("stage_b") || to === 0) return { kind: "none" };
        still();
        return { kind: "stall", after: 1000 };
      },
    }),
  );
}

test("a download is paused, is offered after a reload, goes on and is complete", async ({ models, hub }) => {
  const { page, dialog } = models;
  await models.open("?backend=wasm");
  const still = standStill(hub);
  await models.getLite(hub);
  await still;
  await models.button("Pause").click();
  await expect(models.work.getByText("Paused. What is finished is kept.")).toBeVisible();
  await expect(models.button("Go on")).toBeFocused();

  await page.reload();
  hub.set({ fault: () => ({ kind: "none" }) });
  await expect(page.getByText("“Stable Cascade lite” is not finished. It goes on where it stopped.")).toBeVisible();
  await models.openModels("On this device");
  await models.button("Go on with Stable Cascade lite").click();
  await models.done("Stable Cascade lite");
  await models.button("Check: Stable Cascade lite").click();
  await expect(models.said("Every file of Stable Cascade lite is as it was written.")).toBeAttached();
  await page.reload();
  await models.openModels("On this device");
  await expect(models.stored("Stable Cascade lite").getByRole("button", { name: "Use: Stable Cascade lite" })).toBeVisible();
  await expect(dialog.getByRole("region", { name: "Unfinished" })).toBeHidden();
});

test("a second tab can't write the same model, is told so, and goes on when the first has ended", async ({ models, hub, context }) => {
  await models.open("?backend=wasm");
  const still = standStill(hub);
  await models.getLite(hub);
  await still;
  const second = new ModelsPage(await context.newPage());
  await second.open("?backend=wasm");
  await second.openModels("On this device");
  const unfinished = second.dialog.getByRole("region", { name: "Unfinished" });
  await expect(unfinished.getByText("Another tab is at work on it.")).toBeVisible();
  await expect(unfinished.getByRole("button", { name: "Go on with Stable Cascade lite" })).toBeHidden();
  // Nor by another way.
  await second.getLite(hub);
  await expect(second.work.getByRole("alert")).toContainText("Another tab or window is working on");
  await second.button("Cancel").click();
  await second.work.getByRole("button", { name: "Keep it" }).click();

  // The first knows nothing of that.
  await models.page.bringToFront();
  await expect(models.button("Pause")).toBeVisible();
  await expect(models.work.getByRole("alert")).toBeHidden();
  await models.button("Pause").click();
  await expect(models.work.getByText("Paused. What is finished is kept.")).toBeVisible();
  await models.page.close();
  hub.set({ fault: () => ({ kind: "none" }) });
  await second.page.bringToFront();
  await second.work.getByRole("button", { name: "Go on" }).click();
  await second.done("Stable Cascade lite");
});

test("a converter's worker that the browser ends is noticed, and what it has finished is gone on with", async ({ models, hub }) => {
  await models.open("?backend=wasm");
  const still = standStill(hub);
  await models.getLite(hub);
  await still;
  hub.set({ fault: () => ({ kind: "none" }) });
  const worker = models.page.workers().find((one) => one.url().includes("hosts="));
  await worker?.evaluate(() => self.close());
  await expect(models.work.getByRole("alert")).toContainText("The browser ended the converting worker");
  await models.button("Go on").click();
  await models.done("Stable Cascade lite");
});

for (const [what, sabotage] of [
  ["no storage for models", 'navigator.storage.getDirectory = () => Promise.reject(new DOMException("forbidden", "SecurityError"));'],
  ["no files that a worker can write", "delete FileSystemFileHandle.prototype.createSyncAccessHandle;"],
] as const) {
  test(`a browser with ${what} says what to do, and draws with the embedded model`, async ({ models }) => {
    await models.page.addInitScript(sabotage);
    await models.page.route(/\/assets\/convert-[\w-]+\.js/, async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, body: `${sabotage}\n${await response.text()}` });
    });
    await models.open("?backend=wasm");
    await models.openModels();
    await expect(models.dialog.getByRole("alert").filter({ visible: true })).toContainText("leave the private window");
    await models.page.keyboard.press("Escape");
    await models.setSmall();
    await models.prompt.fill("a star");
    await models.prompt.press("Control+Enter");
    await models.finished("a star", 120_000);
  });
}

test("axe finds nothing in the dialogue: what is here, what can be had, own files, what they become; dark and light, 1280 and 360 px", async ({
  models,
}) => {
  const { page, dialog } = models;
  const schemes = async (view: string): Promise<void> => {
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await expectAccessible(page, `${view}, ${colorScheme}`);
    }
  };
  await models.open("?backend=wasm");
  await models.openModels("Get a model");
  await schemes("published models");
  await models.button("Get Lite").first().click();
  await dialog.getByText("Another source or access token").click();
  await schemes("one of them, with its licence");
  await models.openModels("Your own files");
  await dialog.getByLabel("Folder", { exact: true }).setInputFiles(CONVERTED);
  await expect(dialog.getByText(/^A converted model of \d+ files/)).toBeVisible();
  await schemes("own files");
  await models.button("Bring it in").click();
  await models.done("mini q8");
  await schemes("work that is done");
  await models.openModels("On this device");
  await models.button("Delete: mini").click();
  await schemes("a stored model, and the question before it is deleted");
});
